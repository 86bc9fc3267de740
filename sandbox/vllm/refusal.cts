/** Requests that the server refuses, and the body that says so, in the form of its time. */
import { json, type Reply } from '../reply.cts';
import { isBefore, type Server } from './server.cts';

export interface Refusal {
	status: number;
	type: string;
	message: string;
	param?: string;
}

/** A check of vLLM's own; the message ends with the field and its value where the check names them. */
export function badRequest(message: string, param?: string, value?: string | number): Refusal {
	const named = [
		...(param === undefined ? [] : [`parameter=${param}`]),
		...(value === undefined ? [] : [`value=${value}`]),
	];
	const suffix = named.length > 0 ? ` (${named.join(', ')})` : '';
	return { status: 400, type: 'BadRequestError', message: message + suffix, ...(param !== undefined && { param }) };
}

export function unknownModel(model: unknown, aliases: string, param?: string): Refusal {
	const message = `The model \`${String(model)}\` does not exist.${aliases}`;
	return { status: 404, type: 'NotFoundError', message, ...(param !== undefined && { param }) };
}

export function refuse(server: Server, { status, type, message, param }: Refusal): Reply {
	return isBefore(server, '0.10.1')
		? json(status, { object: 'error', message, type, param: null, code: status })
		: json(status, { error: { message, type, param: param ?? null, code: status } });
}
