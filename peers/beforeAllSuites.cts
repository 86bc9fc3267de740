/** Jest's global set-up: the servers are installed and started before the first test, however long that takes. */
import { startPeers } from './startPeers.cts';

export default startPeers;
