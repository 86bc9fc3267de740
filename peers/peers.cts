/** The servers that others wrote, as the tests find them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, listOf, numberOf, read, recordOf, textOf } from '../test/support/json.cts';

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

function predictionOf(value: unknown): string | number {
	return typeof value === 'string' ? value : numberOf(value);
}

function dataSet(value: unknown): DataSet {
	return {
		columns: listOf(at(value, 'columns')).map(textOf),
		rows: listOf(at(value, 'rows')).map((row) => listOf(row).map(numberOf)),
		byName: at(value, 'byName') === true,
		predictions: listOf(at(value, 'predictions')).map(predictionOf),
	};
}

/** Data sets by name, as Python wrote them. */
export function dataSetsOf(value: unknown): Record<string, DataSet> {
	return Object.fromEntries(Object.entries(recordOf(value)).map(([name, set]) => [name, dataSet(set)]));
}

function peerOf(value: unknown): Peer {
	return { version: textOf(at(value, 'version')), url: textOf(at(value, 'url')) };
}

export function readPeers(): Peers {
	const { kserve, languageModel, gateway } = recordOf(read(readFileSync(fileOfRun('peers.json'), 'utf8')));
	return {
		kserve: { ...peerOf(kserve), sets: dataSetsOf(at(kserve, 'sets')) },
		languageModel: peerOf(languageModel),
		gateway: { ...peerOf(gateway), tls: textOf(at(gateway, 'tls')) },
	};
}
