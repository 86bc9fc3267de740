/** Moments that a user gives: a date with its time, in the workflow's time zone where it names none. */
import { show } from '../core/failure/excerpt';
import { asText } from '../core/json/json';
import { isTimestampText } from '../core/predict/schemaTimes';
import { unusable } from './unusable';

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d(?:[.,]\d+)?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?$/;

/** By how many milliseconds a zone is ahead of UTC at a moment. */
function aheadAt(time: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(time);
	const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((one) => one.type === type)?.value);
	const there = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
	return there - Math.floor(time / 1000) * 1000;
}

/** The moment at which clocks in a zone show what they show in UTC at `time`. */
function inZone(time: number, timeZone: string): number {
	const near = time - aheadAt(time, timeZone);
	return time - aheadAt(near, timeZone);
}

/** Dates of JavaScript and of n8n as ISO text. One that is no date at all is written as nothing. */
function written(given: unknown): unknown {
	if (typeof given !== 'object' || given === null) return given;
	return 'toJSON' in given && typeof given.toJSON === 'function' ? given.toJSON() : given;
}

/** The moment of a field, in milliseconds since the epoch; undefined where nothing is set. */
export function readMoment(label: string, given: unknown, timeZone: string): number | undefined {
	const text = asText(written(given)).trim();
	if (text === '' && (given === undefined || given === null || given === '')) return undefined;
	const [, day = '', clock = '00:00', seconds = ':00', zone = ''] = MOMENT.exec(text) ?? [];
	const moment = `${day}T${clock}${seconds.replace(',', '.')}`;
	if (isTimestampText(moment + zone)) {
		const offset = zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2').toUpperCase();
		const time = Date.parse(moment + (offset || 'Z'));
		return offset === '' ? inZone(time, timeZone) : time;
	}
	return unusable(
		`'${label}' is ${show(given)}`,
		'It must be a date with its time, such as 2026-11-24T02:00:00, or an expression such as {{ $now.minus({ hours: 1 }) }}.',
	);
}
