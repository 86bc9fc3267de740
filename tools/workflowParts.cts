/** Parts of workflows as n8n imports them. */

/** A node; `id` also says how far right it stands on the canvas. */
export const node = (
	id: string,
	name: string,
	type: string,
	typeVersion: number,
	parameters: Record<string, unknown>,
	more: object = {},
) => ({
	id,
	name,
	type,
	typeVersion,
	position: [220 * Number(id), 0],
	parameters,
	...more,
});

/** A connection from the first output of its kind. */
export const to = (name: string, type = 'main') => ({ [type]: [[{ node: name, type, index: 0 }]] });

/** Connects nodes one after the other. */
export const chain = (...names: string[]) =>
	Object.fromEntries(names.slice(1).map((name, step) => [names[step] ?? '', to(name)]));

/** What a node names to use a credential of n8n's database. */
export const uses = (type: string, id: string) => ({ credentials: { [type]: { id, name: id } } });
