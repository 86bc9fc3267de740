/** The pieces of an answer that stream out of n8n while it is being written. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Outcome } from '../../core/failure/outcome';
import type { Piece } from '../../core/language/choiceStream';

/** What an item sends on to whoever waits for the workflow's answer, while it is being written. */
interface Chunks {
	begin(): Promise<void>;
	onPiece(piece: Piece): Promise<void>;
	/** The whole text, for servers that do not stream: they answer at once. */
	whole(text: string): Promise<void>;
	end(answered: Outcome<unknown>, stops: boolean): Promise<void>;
}

export function chunksOf(context: IExecuteFunctions, item: number): Chunks {
	let isSilent = true;
	const send = async (text: string): Promise<void> => {
		if (text === '') return;
		isSilent = false;
		await context.sendChunk('item', item, text);
	};
	return {
		begin: async () => await context.sendChunk('begin', item),
		onPiece: async ({ text }) => await send(text),
		async whole(text) {
			if (isSilent) await send(text);
		},
		async end(answered, stops) {
			if (answered.ok) await context.sendChunk('end', item);
			// Where the run stops, n8n itself ends the stream with the error.
			else if (!stops) await context.sendChunk('error', item, answered.failure.message);
		},
	};
}
