/** What an item gets of its prediction: the form that the user wants of it, and the fields that it goes into. */
import type { IDataObject } from 'n8n-workflow';
import { isRecord, type Json } from '../../core/json/json';
import { readClasses } from '../../core/predict/classAnswer';
import type { WantedForm } from '../../core/predict/predictionForm';
import type { answerField } from '../../n8n/answerField';
import type { Options } from '../../n8n/options';
import { take } from '../../n8n/unusable';
import type { PredictOptions } from './predictOptions';

interface WantedFields extends WantedForm {
	/** Whether the members of an object become fields of their own. */
	spreads: boolean;
}

/** Of whole replies, whatever the options say: where 'Response' is an expression, the panel hides none of them. */
export const AS_IT_CAME: WantedFields = { unwraps: false, spreads: false };

export function readWanted(options: Options<PredictOptions>): WantedFields {
	return { ...readWantedForm(options), spreads: options.get('spread') };
}

export function readWantedForm(
	options: Options<Pick<PredictOptions, 'classNames' | 'threshold' | 'unwrap'>>,
): WantedForm {
	const classes = take(readClasses(options.get('classNames'), options.get('threshold')));
	return { unwraps: options.get('unwrap'), ...(classes && { classes }) };
}

/** Puts a prediction into an outgoing item. */
export function putPrediction(
	answers: ReturnType<typeof answerField>,
	item: number,
	json: IDataObject,
	prediction: Json,
	{ spreads }: WantedFields,
): void {
	if (spreads && isSpreadable(prediction)) answers.putSpread(item, json, prediction);
	else answers.put(item, json, prediction);
}

/** An object without members would leave no trace. */
function isSpreadable(prediction: Json): prediction is Record<string, Json> {
	return isRecord(prediction) && Object.keys(prediction).length > 0;
}
