/** A moving picture of the editor while a test uses it: a WebP that plays without end. */
import { performance } from 'node:perf_hooks';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

/** Milliseconds that a picture stays at most, so that waiting is not shown at its full length. */
const LONGEST = 1200;
/** Milliseconds of the last picture, for those who want to read it. */
const AT_THE_END = 4000;
/** Out of 100: text stays sharp, and nothing of an earlier picture shines through. */
const QUALITY = 85;

interface Frame {
	picture: Buffer;
	/** Milliseconds since the process began. */
	seen: number;
}

/** A page's element, as far as the pointer is drawn here. */
interface Pointer {
	style: { cssText: string; left: string; top: string; transform: string };
}
interface Screen {
	createElement(tag: string): Pointer;
	documentElement: { append(element: Pointer): void };
	addEventListener(event: string, listener: (event: { clientX: number; clientY: number }) => void, capture: true): void;
}
declare const document: Screen;

/** Draws the pointer, which a browser without a screen does not have. */
function drawPointer(): void {
	const pointer = document.createElement('div');
	pointer.style.cssText =
		'position:fixed;z-index:2147483647;left:-40px;top:-40px;width:22px;height:22px;margin:-11px;border-radius:50%;' +
		'background:rgba(255,109,90,.45);border:2px solid rgb(255,109,90);pointer-events:none;transition:transform .1s';
	document.documentElement.append(pointer);
	const follow = ({ clientX, clientY }: { clientX: number; clientY: number }): void => {
		pointer.style.left = `${clientX}px`;
		pointer.style.top = `${clientY}px`;
	};
	for (const event of ['mousemove', 'dragover']) document.addEventListener(event, follow, true);
	document.addEventListener('mousedown', () => (pointer.style.transform = 'scale(.6)'), true);
	document.addEventListener('mouseup', () => (pointer.style.transform = ''), true);
}

export class Recording {
	private readonly frames: Frame[] = [];
	private isOn = true;
	private readonly taking: Promise<void>;

	private constructor(private readonly page: Page) {
		this.taking = this.take();
	}

	/** Begins to take pictures of a page, one after the other. */
	static async begin(page: Page): Promise<Recording> {
		await page.evaluate(drawPointer);
		return new Recording(page);
	}

	private async take(): Promise<void> {
		while (this.isOn) {
			const picture = await this.page.screenshot();
			const seen = performance.now();
			if (!this.frames.at(-1)?.picture.equals(picture)) this.frames.push({ picture, seen });
		}
	}

	/** Stops, and writes what was seen. */
	async end(path: string): Promise<void> {
		this.isOn = false;
		await this.taking;
		const pictures = this.frames.map(({ picture }) => picture);
		const delay = this.frames.map(({ seen }, number) => {
			const next = this.frames[number + 1];
			return next ? Math.min(Math.round(next.seen - seen), LONGEST) : AT_THE_END;
		});
		await sharp(pictures, { join: { animated: true } })
			.webp({ delay, loop: 0, quality: QUALITY, effort: 4, mixed: true })
			.toFile(path);
	}
}
