/** One exchange with a deployment: the rows of a batch go out, and their values come in. */
import { RequestSize } from '../core/batching/requestSize';
import { failed, type Outcome } from '../core/failure/outcome';
import type { Reply } from '../core/json/reply';
import type { Ask, Exchange, Protocol } from './modelCall';
import type { ResolvedDeployment } from './resolver';
import type { Send, Sent } from './send';

interface Exchanged<Row, Value> {
	send: Send;
	deployment: ResolvedDeployment;
	protocol: Protocol<Row, Value>;
	/** Whether the run sends the deployment further rows. */
	hasOthers(): boolean;
	/** Called for every request, with the items whose rows it carried. */
	onSent?(items: number[], sent: Sent): void;
}

/** Exchanges with a deployment by its protocol, which may learn from a failure how it wants its rows. */
export function exchangeWith<Row, Value>({
	send,
	deployment: { target },
	protocol,
	hasOthers,
	onSent,
}: Exchanged<Row, Value>): Exchange<Row, Value> {
	const { limits } = protocol;
	const found = limits instanceof RequestSize ? limits : undefined;
	return async (batch, onPiece) => {
		const callee = () => protocol.target ?? target;
		let lastAsked: Sent | undefined;
		const ask: Ask = async (text) => {
			lastAsked = await send(callee(), protocol.asked, () => text);
			return lastAsked.outcome;
		};
		const read = async (reply: Reply) => await protocol.read(reply, batch, ask, hasOthers());
		for (;;) {
			const { write } = protocol;
			const request = found?.begin(batch.items.length);
			const mayBeTooLarge = request?.isAttempt;
			const sent = await send(callee(), protocol.asked, () => write(batch.rows), { onPiece, mayBeTooLarge });
			onSent?.(batch.items, sent);
			const values = sent.outcome.ok ? inRequest(await read(sent.outcome.value), sent) : sent.outcome;
			request?.end();
			if (values.ok) {
				request?.answered(sent.latency);
				return values;
			}
			const reply = await protocol.learn?.(values.failure, batch, ask);
			if (reply) {
				if (lastAsked) onSent?.(batch.items, lastAsked);
				return await read(reply);
			}
			if (protocol.write === write) return request ? failed(request.refused(values.failure)) : values;
		}
	};
}

/** What was read of a reply; a failure with the request whose reply it was. */
function inRequest<Value>(values: Outcome<Value>, { request }: Sent): Outcome<Value> {
	return values.ok || values.failure.request ? values : failed({ ...values.failure, ...(request && { request }) });
}
