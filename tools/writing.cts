/** Whether the tests of a suite are to write their report and pictures into docs: only where `--write` asks for it. */
export const isWriting = process.env.WRITE_DOCS !== undefined;
