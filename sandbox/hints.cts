/** Words that speak for an answer, by its name: what the sandbox's language model knows of the world. */
export const HINTS: Record<string, RegExp> = {
	billing: /\b(invoice|charged?|refund|payment|card|price paid|bill)/i,
	technical: /\b(error|crash|bug|fails?|slow|log ?in|password|broken|down)/i,
	sales: /\b(quote|upgrade|plan|seats?|demo|discount|buy)/i,
	high: /\b(urgent|crash|broken|down|cannot|twice)/i,
};
