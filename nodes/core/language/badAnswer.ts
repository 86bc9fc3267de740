/** The failure of an answer that is not what was asked for. */
import { excerpt } from '../failure/excerpt';
import { withWords } from '../failure/meaning';
import { badReply, type Failed } from '../failure/outcome';

/** `text` is what the model wrote. */
export function badAnswer(message: string, text: string, description: string): Failed {
	return badReply(withWords(message, excerpt(text)), description);
}
