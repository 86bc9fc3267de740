/** Pieces from one who makes them to one who takes them, one at a time: whoever makes more waits. */
export class Handover<Piece> implements AsyncIterable<Piece> {
	private piece: { value: Piece; taken: () => void } | undefined;
	private end: { error: unknown } | 'whole' | undefined;
	private wake = (): void => {};

	/** Waits until the piece is taken. */
	async put(value: Piece): Promise<void> {
		if (this.end) return;
		await new Promise<void>((taken) => {
			this.piece = { value, taken };
			this.wake();
		});
	}

	/** No piece follows. */
	finish(): void {
		this.close('whole');
	}

	/** What came is not whole: whoever takes it is thrown this. */
	fail(error: unknown): void {
		this.close({ error });
	}

	private close(end: { error: unknown } | 'whole'): void {
		this.end ??= end;
		this.piece?.taken();
		this.wake();
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<Piece> {
		try {
			for (;;) {
				const { piece, end } = this;
				if (end && end !== 'whole') throw end.error;
				this.piece = undefined;
				if (piece) {
					try {
						yield piece.value;
					} finally {
						piece.taken();
					}
				} else if (end) {
					return;
				} else {
					await new Promise<void>((resolve) => {
						this.wake = resolve;
					});
				}
			}
		} finally {
			// Nobody takes what is put from now on.
			this.finish();
		}
	}
}
