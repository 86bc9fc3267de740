/**
 * Draws a benchmark's picture: `node draw.mjs <picture>`, with the figures as JSON on standard input: panels side by side, each
 * with the values of each way by number of rows, null where it failed.
 */
import { writeFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import { init } from 'echarts';

const WIDTH = 900;
const HEIGHT = 420;
const COLOURS = ['#1eb182', '#b0bec5', '#5c6bc0', '#ab47bc', '#ffa726', '#ef5350'];

/** @typedef {{ title: string, min: number, digits: number, values: Array<Array<number | null>> }} Panel */
/** @type {{ rows: number[], ways: string[], panels: Panel[] }} */
const { rows, ways, panels } = await json(process.stdin);
const width = WIDTH / panels.length;
const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
chart.setOption({
	animation: false,
	backgroundColor: '#ffffff',
	color: COLOURS,
	legend: { bottom: 0, data: ways },
	grid: panels.map((_panel, index) => ({ left: width * index + 70, width: width - 90, top: 30, bottom: 90 })),
	xAxis: panels.map((_panel, gridIndex) => ({
		gridIndex,
		type: 'category',
		data: rows.map((count) => `${count.toLocaleString('en-US')} rows`),
	})),
	yAxis: panels.map(({ title, min }, gridIndex) => ({
		gridIndex,
		type: 'log',
		min,
		name: title,
		nameTextStyle: { align: 'left' },
	})),
	series: panels.flatMap(({ values, digits }, panel) =>
		ways.map((name, way) => ({
			type: 'bar',
			name,
			xAxisIndex: panel,
			yAxisIndex: panel,
			itemStyle: { color: COLOURS[way] },
			data: (values[way] ?? []).map((value) => value ?? '-'),
			label: {
				show: true,
				position: 'top',
				fontSize: 10,
				formatter: ({ value }) => Number(value).toLocaleString('en-US', { maximumFractionDigits: digits }),
			},
		})),
	),
});
writeFileSync(process.argv[2] ?? 'benchmark.svg', chart.renderToSVGString());
chart.dispose();
