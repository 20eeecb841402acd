import type { RequestHeaders } from '../http/headers';

/**
 * The reason that a body cannot be read. `unavailable`: it was parsed, and its bytes were discarded.
 * `damaged`: it is incomplete, or its compression does not match its headers.
 */
export type BodyFault = 'unavailable' | 'damaged';

/**
 * A request as it arrived. Values that are costly to read are functions, called only when a check needs
 * them.
 */
export interface InboundRequest {
	method: string;
	/** True if it came over HTTPS, as the trusted proxy or the connection itself reports. */
	secure: boolean;
	/** The caller's IP address, as the trusted proxy reports it; empty if unknown. */
	address: string;
	query: Record<string, unknown>;
	headers: RequestHeaders;
	/** Reads the bytes as they arrived, decompressed if they were compressed. */
	readBody: () => Promise<Buffer | BodyFault>;
	/** Returns the body as n8n parsed it; n8n parses `application/json` only. */
	parsedBody: () => unknown;
	/** Returns the public URL with its query, as the caller knows it. */
	url: () => string;
	nowMs: number;
}
