/** What a status means behind a Hopsworks gateway (Hopsworks 'REST API Status Codes'; Envoy, Knative and KServe sources). */
import type { Meaning } from './meaning';
import { capitalized, hasConcurrency, shorterWork, smallerRequest, type Panel } from './panel';

const MODEL_REFUSED: Meaning = {
	message: 'The deployment refused the request',
	description:
		"Check that 'Columns', and 'Row Format' in the options, match what the model was trained on. Numbers that arrive as text need the option 'Convert Text to Numbers'.",
};
const MODEL_FAILED: Meaning = {
	message: 'The model failed',
	description:
		"Check that 'Columns', and 'Row Format' in the options, match what the model was trained on. The deployment's logs in Hopsworks say more.",
};
export const NOT_READY_YET: Meaning = {
	message: 'The deployment is not ready',
	description:
		"It may still be starting. Check its state in Hopsworks, or raise 'Tries Before Giving Up' and 'Longest Pause Between Tries (Seconds)' in the options to wait longer.",
	blames: 'nothing',
};

const SERVER_FAILED: Meaning = {
	message: 'The server failed',
	description: "The deployment's logs in Hopsworks may say why.",
};

/** Where an address is what is wrong, the last thing to look at. */
export const PASTED = "With 'By URL', paste the address exactly as the deployment's page shows it.";

const MEANINGS: Record<number, (panel: Panel) => Meaning> = {
	400: () => MODEL_REFUSED,
	401: () => ({
		message: 'The API key was refused',
		description:
			"Check 'API Key' in the credential: the key alone, without the word 'ApiKey'. A gateway gives the same answer when the key lacks the scope SERVING.",
	}),
	403: () => ({
		message: 'The API key may not call this deployment',
		description:
			'The key is known, but not allowed here. Check in Hopsworks that its user is a member of the project with a role that may use deployments.',
	}),
	404: ({ asks }) => ({
		message: 'The deployment has no such address',
		description: `Check the deployment's name${asks === 'model' ? ": it is also the model's name in the address" : ''}. ${PASTED}`,
	}),
	405: ({ asks, isSubNode }) => ({
		message: 'The address does not accept such requests',
		description: isSubNode
			? `A server answers there, but not to ${asks === 'chat' ? 'chats' : 'such texts'}. Check the deployment. ${PASTED}`
			: `A server answers there, but not to this operation. Check 'Operation'. ${PASTED}`,
	}),
	408: (panel) => ({
		message: 'The server did not wait for the whole request',
		description: `It arrived too slowly.${hasConcurrency(panel) ? ` Lower 'Max Concurrent Requests'${panel.hasBatches ? " or 'Rows per Request'" : ''} in the options.` : ''} A proxy on the way may also have a short timeout.`,
	}),
	413: (panel) => ({
		message: 'The request was too large',
		description: panel.hasBatches
			? "Lower 'Rows per Request' or 'Split Requests Above (kB)' in the options."
			: `${capitalized(smallerRequest(panel))}.`,
	}),
	422: () => MODEL_REFUSED,
	429: (panel) => ({
		message: 'Too many requests',
		description: hasConcurrency(panel)
			? "Lower 'Max Concurrent Requests' or raise 'Tries Before Giving Up' in the options."
			: "Raise 'Tries Before Giving Up' in the options, or have fewer agents and chains run at the same time.",
	}),
	500: () => MODEL_FAILED,
	501: () => ({
		message: 'The server does not know this operation',
		description:
			"Check 'Operation', and 'TensorFlow Signature' in the options: only TensorFlow Serving knows Classify and Regress.",
	}),
	502: () => ({
		message: 'The gateway lost the connection to the deployment',
		description:
			"The deployment may be restarting. Check its state in Hopsworks, or raise 'Tries Before Giving Up' in the options.",
	}),
	503: () => NOT_READY_YET,
	504: (panel) => ({
		message: 'The deployment took longer than the gateway waits',
		description: `${capitalized(shorterWork(panel))}. Or turn on 'Send Again After a Timeout' if the deployment was only waking up: the first call after a sleep is slow.`,
	}),
};

/** What a status says by itself. */
export function meaningOfStatus(status: number, panel: Panel): Meaning {
	return MEANINGS[status]?.(panel) ?? (status >= 500 ? SERVER_FAILED : MODEL_REFUSED);
}
