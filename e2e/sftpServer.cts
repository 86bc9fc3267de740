/** An SFTP server on a folder, with a user and a password, for the nodes of n8n that bring files and take them away. */
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync, writeSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { freePort } from '../tools/freePort.cts';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

export interface SftpServer {
	/** The credential as n8n imports it. */
	credential(id: string): object;
	close(): Promise<void>;
}

function attributesOf({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats) {
	return { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) };
}

/** Answers what a client asks for to read a whole file and to write one, below a folder. */
function serve(sftp: SFTPWrapper, folder: string): void {
	const open = new Set<number>();
	const handleOf = (handle: Buffer): number => handle.readUInt32BE(0);
	/** Answers a question by its number, or says that there is no such file. */
	const answering = (request: number, answer: () => void): void => {
		try {
			answer();
		} catch {
			sftp.status(request, STATUS_CODE.NO_SUCH_FILE);
		}
	};
	const tellOf = (request: number, path: string): void =>
		answering(request, () => sftp.attrs(request, attributesOf(statSync(join(folder, path)))));
	sftp.on('REALPATH', (request, path) => {
		sftp.name(request, [{ filename: join('/', path), longname: path, attrs: attributesOf(statSync(folder)) }]);
	});
	sftp.on('STAT', tellOf);
	sftp.on('LSTAT', tellOf);
	sftp.on('OPEN', (request, path, flags) =>
		answering(request, () => {
			const file = openSync(join(folder, path), (flags & OPEN_MODE.WRITE) === 0 ? 'r' : 'w');
			open.add(file);
			const handle = Buffer.alloc(4);
			handle.writeUInt32BE(file);
			sftp.handle(request, handle);
		}),
	);
	sftp.on('FSTAT', (request, handle) => sftp.attrs(request, attributesOf(fstatSync(handleOf(handle)))));
	sftp.on('FSETSTAT', (request) => sftp.status(request, STATUS_CODE.OK));
	sftp.on('SETSTAT', (request) => sftp.status(request, STATUS_CODE.OK));
	sftp.on('READ', (request, handle, offset, length) => {
		const bytes = Buffer.alloc(length);
		const read = readSync(handleOf(handle), bytes, 0, length, offset);
		if (read === 0) sftp.status(request, STATUS_CODE.EOF);
		else sftp.data(request, bytes.subarray(0, read));
	});
	sftp.on('WRITE', (request, handle, offset, bytes) => {
		writeSync(handleOf(handle), bytes, 0, bytes.length, offset);
		sftp.status(request, STATUS_CODE.OK);
	});
	sftp.on('CLOSE', (request, handle) => {
		const file = handleOf(handle);
		if (open.delete(file)) closeSync(file);
		sftp.status(request, STATUS_CODE.OK);
	});
}

/** Serves the files of a folder on a free port. */
export async function startSftpServer(folder: string): Promise<SftpServer> {
	const [username, password] = ['n8n', randomBytes(9).toString('base64url')];
	const server = new ssh2.Server({ hostKeys: [ssh2.utils.generateKeyPairSync('ed25519').private] }, (client) => {
		client.on('authentication', (asked) => {
			const isKnown = asked.method === 'password' && asked.username === username && asked.password === password;
			if (isKnown) asked.accept();
			else asked.reject(['password']);
		});
		// Clients break off as they like.
		client.on('error', () => {});
		client.on('session', (accept) => accept().on('sftp', (begin) => serve(begin(), folder)));
	});
	const port = await freePort();
	await new Promise<void>((ready) => void server.listen(port, '127.0.0.1', ready));
	return {
		credential: (id) => ({ id, name: id, type: 'sftp', data: { host: '127.0.0.1', port, username, password } }),
		close: async () => await new Promise((closed) => void server.close(() => closed())),
	};
}
