/** A deployment that Hopsworks does not know, and the names that may have been meant. */
import { badInput, type Failed } from '../failure/outcome';

const SHOWN_NAMES = 5;

/** Names beyond these are not compared. */
const MOST_NAMES = 500;

/** How many letters have to be changed, added or left out to make one name of the other. */
function distance(one: string, other: string): number {
	let row = Array.from({ length: other.length + 1 }, (_, index) => index);
	for (const [index, letter] of Array.from(one).entries()) {
		const next = [index + 1];
		for (let at = 0; at < other.length; at++) {
			const changed = (row[at] ?? 0) + Number(letter !== other[at]);
			next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}

/** The failure of a name that none of these deployments has. */
export function unknownDeployment(project: string, name: string, others: string[]): Failed {
	const message = `The project '${project}' has no deployment '${name}'`;
	const inOtherCase = others.find((other) => other.toLowerCase() === name.toLowerCase());
	if (inOtherCase !== undefined) {
		return badInput(message, `It has '${inOtherCase}': capital letters count. Pick the deployment from the list.`);
	}
	const nearest = others
		.slice(0, MOST_NAMES)
		.map((other) => ({ other, far: distance(other.toLowerCase(), name.toLowerCase()) }))
		.toSorted((one, another) => one.far - another.far)
		.slice(0, SHOWN_NAMES)
		.map(({ other }) => `'${other}'`);
	const has = nearest.length === 0 ? '' : `It has ${nearest.join(', ')}${others.length > SHOWN_NAMES ? ', …' : ''}. `;
	return badInput(
		message,
		`${has}Pick the deployment from the list, or check its name and 'Project', in the credential or in the options. Capital letters count.`,
	);
}
