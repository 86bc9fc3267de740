/** References in JSON schemas, and where they lead: by a way through the document, or to a name that a schema has there. */
import { isRecord } from '../json/json';
import { isSchema, schemasIn, type Schema } from './schemaPlaces';

/** Finds the schema that the `$ref` of a schema names; undefined where it leads nowhere. */
export type LookUp = (schema: Schema) => Schema | boolean | undefined;

/** The address of a document that has none. */
const NAMELESS = 'schema://document/';

/** An address without what stands behind its `#`, and that. */
function partsOf(address: string): [document: string, fragment: string] {
	const at = address.indexOf('#');
	return at === -1 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
}

function resolved(address: string, base: string): string | undefined {
	if (address === '') return base;
	return URL.canParse(address, base) ? new URL(address, base).href : undefined;
}

function decoded(fragment: string): string | undefined {
	try {
		return decodeURIComponent(fragment);
	} catch {
		return undefined;
	}
}

/** The documents and names of a schema: it may hold others that have an address of their own. */
class Addresses {
	private readonly bases = new Map<Schema, string>();
	private readonly named = new Map<string, Schema>();

	constructor(root: Schema) {
		this.named.set(NAMELESS, root);
		this.enter(root, NAMELESS);
	}

	/** Notes the addresses of a schema and of those within. */
	private enter(first: Schema, firstBase: string): void {
		const ahead: Array<[unknown, string]> = [[first, firstBase]];
		for (let next = ahead.pop(); next; next = ahead.pop()) {
			const [schema, around] = next;
			if (!isRecord(schema) || this.bases.has(schema)) continue;
			const base = this.note(schema, around);
			this.bases.set(schema, base);
			for (const [, inner] of schemasIn(schema)) ahead.push([inner, base]);
		}
	}

	private note(schema: Schema, around: string): string {
		const [document, name] = partsOf(typeof schema.$id === 'string' ? schema.$id : '');
		const base = resolved(document, around) ?? around;
		if (document !== '') this.name(base, schema);
		// In draft-07 a name is an `$id` that begins with '#'.
		for (const anchor of [name, schema.$anchor, schema.$dynamicAnchor]) {
			if (typeof anchor === 'string' && anchor !== '') this.name(`${base}#${anchor}`, schema);
		}
		return base;
	}

	private name(address: string, schema: Schema): void {
		if (!this.named.has(address)) this.named.set(address, schema);
	}

	/** What a reference leads to from a schema. */
	find(reference: string, from: Schema): Schema | boolean | undefined {
		const [document, encoded] = partsOf(reference);
		const base = resolved(document, this.bases.get(from) ?? NAMELESS);
		const fragment = decoded(encoded);
		if (base === undefined || fragment === undefined) return undefined;
		if (!fragment.startsWith('/')) return this.named.get(fragment === '' ? base : `${base}#${fragment}`);
		let found: unknown = this.named.get(base);
		let around = base;
		for (const step of fragment.split('/').slice(1)) {
			const member = step.replaceAll('~1', '/').replaceAll('~0', '~');
			if (typeof found !== 'object' || found === null || !Object.hasOwn(found, member)) return undefined;
			found = Reflect.get(found, member);
			if (isRecord(found)) around = this.bases.get(found) ?? around;
		}
		if (!isSchema(found)) return undefined;
		// A place that no keyword leads to.
		if (isRecord(found)) this.enter(found, around);
		return found;
	}
}

export function lookUpIn(root: Schema): LookUp {
	let addresses: Addresses | undefined;
	const known = new Map<Schema, Schema | boolean | undefined>();
	return (schema) => {
		const { $ref: reference } = schema;
		if (typeof reference !== 'string') return undefined;
		if (!known.has(schema)) {
			addresses ??= new Addresses(root);
			known.set(schema, addresses.find(reference, schema));
		}
		return known.get(schema);
	};
}
