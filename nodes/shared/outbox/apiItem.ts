/** The part of a trigger item that Endpoint → Answer API Request reads. */
export interface ApiItem {
	/** An `ApiRequest` (core/svixApi/apiContext.ts) as JSON, encrypted with the outbox's key. */
	api_request: string;
}

/** Associated data of the encryption, which keeps any other ciphertext of the outbox from being read as a request. */
export const API_ASSOCIATED_DATA = 'API request';
