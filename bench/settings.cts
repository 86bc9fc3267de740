/** What every arm of the benchmark has in common. */

/** What the model reads of a row, in its order. */
export const COLUMNS = ['amount', 'age', 'distance', 'hour'];
export const ROWS_PER_REQUEST = 500;
/** Rows per request that the bare script is tried with: the fastest of them is the floor. */
export const FLOOR_SIZES = [500, 1250, 2500, 5000, 12_500];
/** Requests at a time, where an arm can bound them. */
export const IN_FLIGHT = 4;
