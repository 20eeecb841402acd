import type { RequestHeaders } from '../http/headers';

/**
 * Why a body cannot be read. Unavailable: whatever parsed it kept no bytes. Damaged: it is incomplete,
 * or not compressed as its headers say.
 */
export type BodyFault = 'unavailable' | 'damaged';

/** A request as it arrived. What is costly to read is a function, called only when a check needs it. */
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
