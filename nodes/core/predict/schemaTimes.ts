/** Times and days as the predictor of a schema deployment reads them: Python's `datetime`, which ends with the year 9999. */

/** Hours and minutes, which need not be less than 60. */
const ZONE = String.raw`(?:[Zz]|[+-](\d\d):?(\d\d))?`;
const TIMESTAMP = new RegExp(
	String.raw`^(\d{4})-(\d\d)-(\d\d)[Tt ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?${ZONE}$`,
);
const DAY = new RegExp(String.raw`^(\d{4})-(\d\d)-(\d\d)(?:[Tt ]00:00:00(?:\.0+)?${ZONE})?$`);

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MINUTES_OF_A_DAY = 24 * 60;

/** Whether there is such a day, and a zone less than a day away from UTC. */
function isReal([, year, month, day, zoneHours = '0', zoneMinutes = '0']: RegExpExecArray): boolean {
	if (60 * Number(zoneHours) + Number(zoneMinutes) >= MINUTES_OF_A_DAY) return false;
	const years = Number(year);
	const days = Number(day);
	const isLeap = years % 4 === 0 && (years % 100 !== 0 || years % 400 === 0);
	const most = isLeap && month === '02' ? 29 : (DAYS_OF_MONTHS[Number(month) - 1] ?? 0);
	return years >= 1 && days >= 1 && days <= most;
}

/** Whether a text is a date with its time of day, seconds included. The zone may be missing. */
export function isTimestampText(text: string): boolean {
	const match = TIMESTAMP.exec(text);
	return match !== null && isReal(match);
}

/**
 * The day `YYYY-MM-DD` in a text that is one, or midnight of one; `undefined` for any other time of day, which would be
 * lost. The day is the one that is written: a JavaScript date is written in UTC, `$today` in the workflow's time zone, and
 * to carry either to another zone could make it the day before.
 */
export function dayIn(text: string): string | undefined {
	const match = DAY.exec(text);
	return match && isReal(match) ? text.slice(0, 10) : undefined;
}

/** Numbers outside are no times: most often they count something else, such as microseconds, or are a day without its hyphens. */
export const MILLISECONDS = { least: -62_135_596_800_000, most: 253_402_300_799_999 };
export const DAYS = { least: -719_162, most: 2_932_896 };
