/** What jest says of its asymmetric matchers, without its `any`: they stand for a value, and are none of its type. */
/// <reference types="jest" />

declare namespace jest {
	interface Expect {
		any(type: unknown): unknown;
		objectContaining(members: object): unknown;
		stringContaining(part: string): unknown;
		stringMatching(pattern: string | RegExp): unknown;
	}
}
