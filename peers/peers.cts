/** The servers that others wrote, as the tests find them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const LANGUAGE_MODEL = 'tinyllama';
/** Names the folder of a run to the tests, which jest runs apart from what starts the servers. */
const FOLDER_VARIABLE = 'PEERS_FOLDER';

/** A data set, and what its model predicts of every row, as Python itself computed it. */
export interface DataSet {
	columns: string[];
	rows: number[][];
	/** Whether the model was trained on named columns. */
	byName: boolean;
	predictions: Array<string | number>;
}

export interface Peer {
	version: string;
	url: string;
}

export interface Peers {
	kserve: Peer & { sets: Record<string, DataSet> };
	languageModel: Peer;
	gateway: Peer & { tls: string };
}

export function fileOfRun(name: string): string {
	return join(process.env[FOLDER_VARIABLE] ?? '', name);
}

/** Says where the servers of a run are. */
export function publish(folder: string, peers: Peers): void {
	process.env[FOLDER_VARIABLE] = folder;
	writeFileSync(fileOfRun('peers.json'), JSON.stringify(peers));
}

export function readPeers(): Peers {
	return JSON.parse(readFileSync(fileOfRun('peers.json'), 'utf8'));
}
