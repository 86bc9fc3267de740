/** n8n's store for files, on a disk as in a whole n8n: without it, n8n-core keeps files in memory. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Container } from '@n8n/di';
import { Logger } from '@n8n/backend-common';
import { BinaryDataConfig, BinaryDataService, ErrorReporter } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';

/** For the tests of a file: what they store lies in a folder of their own. */
export function useFileStore(): { store: typeof storeFile; read: typeof readStored; files(): string[] } {
	const before = Container.get(BinaryDataService);
	let folder = '';
	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'files-'));
		const config = new Proxy(Container.get(BinaryDataConfig), {
			get: (own, name): unknown =>
				({ mode: 'filesystem', localStoragePath: folder })[String(name)] ?? Reflect.get(own, name),
		});
		const service = new BinaryDataService(config, Container.get(ErrorReporter), Container.get(Logger));
		await service.init();
		Container.set(BinaryDataService, service);
	});
	afterAll(() => {
		Container.set(BinaryDataService, before);
		rmSync(folder, { recursive: true, force: true });
	});
	return { store: storeFile, read: readStored, files: () => filesBelow(folder) };
}

/** Everything that lies below a folder, but for what n8n notes of each file. */
function filesBelow(folder: string): string[] {
	const names = readdirSync(folder, { recursive: true, withFileTypes: true });
	return names.filter((one) => one.isFile() && !one.name.endsWith('.metadata')).map(({ name }) => name);
}

async function storeFile(content: string | Buffer, fileName: string, mimeType = 'text/csv'): Promise<IBinaryData> {
	const location = { type: 'execution', workflowId: 'w', executionId: '1' } as const;
	return await Container.get(BinaryDataService).store(location, Buffer.from(content), { data: '', mimeType, fileName });
}

async function readStored(file: IBinaryData | undefined): Promise<Buffer> {
	if (!file) throw new Error('there is no file');
	const service = Container.get(BinaryDataService);
	return file.id === undefined ? await service.getAsBuffer(file) : await buffer(await service.getAsStream(file.id));
}
