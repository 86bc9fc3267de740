/**
 * Draws the benchmark's picture: `node draw.mjs <picture>`, with the figures as JSON on standard input: for each number of
 * rows the milliseconds of each way, null where it failed.
 */
import { writeFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import { init } from 'echarts';

const WIDTH = 900;
const HEIGHT = 420;
const COLOURS = ['#1eb182', '#b0bec5', '#5c6bc0', '#ab47bc', '#ffa726', '#ef5350'];

/** @type {{ rows: number[], ways: Array<{ label: string, milliseconds: Array<number | null> }> }} */
const { rows, ways } = await json(process.stdin);
const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
chart.setOption({
	animation: false,
	backgroundColor: '#ffffff',
	color: COLOURS,
	legend: { bottom: 0 },
	grid: { left: 70, right: 20, top: 30, bottom: 90 },
	xAxis: { type: 'category', data: rows.map((count) => `${count.toLocaleString('en-US')} rows`) },
	yAxis: {
		type: 'log',
		min: 10,
		name: 'milliseconds, each line ten times the one below',
		nameTextStyle: { align: 'left' },
	},
	series: ways.map(({ label, milliseconds }) => ({
		type: 'bar',
		name: label,
		data: milliseconds.map((value) => value ?? '-'),
		label: {
			show: true,
			position: 'top',
			fontSize: 10,
			formatter: ({ value }) => Number(value).toLocaleString('en-US', { maximumFractionDigits: 0 }),
		},
	})),
});
writeFileSync(process.argv[2] ?? 'benchmark.svg', chart.renderToSVGString());
chart.dispose();
