import { describeSigningSecret } from '../../../core/platforms';
import type { Platform } from '../../../core/platforms/platform';
import type { RejectionCode } from '../../../core/receiving/rejection';
import { signsUrl } from '../../../core/signing/schemeFacts';

/** Facts about the trigger that a suggestion depends on. */
interface Trigger {
	platform: Platform;
	isEvent: boolean;
}

const listFieldsToCheck = ({ isEvent }: Trigger): string =>
	isEvent ? '"Trigger On"' : '"Trigger On" and "Request Kind"';

const suggestSender = (trigger: Trigger): string =>
	`Choose the platform that really sends the request under ${listFieldsToCheck(trigger)}. If the sender authenticates in another way, change "Authentication".`;

const suggestScheme = (trigger: Trigger): string =>
	trigger.platform.scheme === undefined
		? 'Compare the scheme in the Receiving credential with the documentation of the sender, or choose the platform that sends the request under "Trigger On".'
		: suggestSender(trigger);

/** Leads a person who tries the trigger from a terminal to the command that signs. */
const suggestSigning = ({ platform: { scheme } }: Trigger): string =>
	scheme?.secretFormat === 'publicKey'
		? 'Only the platform can sign: have it send the request.'
		: 'If you sent the request yourself, use the signed example call that the output panel shows before the first request.';

const suggestSignature = (trigger: Trigger): string =>
	`${suggestSigning(trigger)} ${suggestScheme(trigger)}`;

const suggestSecret = ({ platform }: Trigger): string =>
	[
		'Copy the signing secret of this webhook from the sender into the Receiving credential again.',
		platform.scheme === undefined ? '' : describeSigningSecret(platform),
		platform.scheme === undefined
			? 'Compare the scheme in the credential with the documentation of the sender.'
			: 'An API key is not the signing secret, and each webhook can have a secret of its own.',
		'If you signed the request yourself, sign exactly the bytes that you send.',
		platform.scheme !== undefined && signsUrl(platform.scheme)
			? 'Set "Public URL" under "Options" to the URL that you entered at the sender.'
			: '',
	]
		.filter((sentence) => sentence !== '')
		.join(' ');

/** Names the place in which the platform sends a token of its own. */
function describeTokenPlace({ bodyToken, headerToken, name }: Platform): string {
	if (headerToken !== undefined) {
		return `${name} sends its token in the header ${headerToken.names.join(' or ')}. `;
	}
	return bodyToken === undefined
		? ''
		: `${name} sends its token in the body field ${bodyToken.field}. `;
}

const suggestToken = ({ platform }: Trigger): string =>
	`${describeTokenPlace(platform)}Let the sender use a token or password of the Receiving credential, or change "Authentication".`;

const suggestBody = (): string => 'Correct the body at the sender, and send the request again.';

/** The change that lets the next request in, by the rejection's code. */
const FIXES: Record<RejectionCode, (trigger: Trigger) => string> = {
	SIGNATURE_MISSING: suggestSignature,
	SIGNATURE_MALFORMED: suggestSignature,
	SIGNATURE_INVALID: suggestSecret,
	TIMESTAMP_MISSING: suggestSignature,
	TIMESTAMP_MALFORMED: suggestSignature,
	TIMESTAMP_OUT_OF_TOLERANCE: () =>
		'Send a new request instead of an earlier one. If it is new, compare the clocks of both machines, or raise "Timestamp Tolerance (Seconds)" under "Options".',
	ID_MISSING: suggestSignature,
	ID_MALFORMED: suggestSignature,
	SIGNED_VALUE_MISSING: suggestSignature,
	SIGNED_VALUE_MALFORMED: suggestBody,
	BODY_DIGEST_INVALID: () =>
		'The body was changed after it was signed, for example by a proxy. Send it unchanged.',
	CLAIM_INVALID: () =>
		'Compare the claims that the Receiving credential asks for with those that the sender’s documentation names.',
	CONTENT_AMBIGUOUS: suggestBody,
	NOT_FOUND: () => 'Call a path of the management API below the URL that the trigger shows.',
	METHOD_NOT_ALLOWED: () =>
		'Let the sender use the expected method. A browser that opens the URL sends GET.',
	HTTPS_REQUIRED: () =>
		'Call the URL with https://. To accept plain HTTP while you try, add "HTTPS Only" under "Options" and turn it off.',
	ADDRESS_NOT_ALLOWED: () =>
		'Add the address to "Allowed Addresses" under "Options", or remove the option. Behind a reverse proxy, set N8N_PROXY_HOPS.',
	TOKEN_MISSING: suggestToken,
	TOKEN_INVALID: suggestToken,
	CREDENTIALS_MISSING: suggestToken,
	CREDENTIALS_INVALID: suggestToken,
	UNAUTHORIZED: () =>
		'Compare what the sender uses with the Receiving credential, or change "Authentication".',
	PAYLOAD_TOO_LARGE: () =>
		'Raise "Max Body Size (KB)" under "Options", and N8N_PAYLOAD_SIZE_MAX if n8n itself rejects the body.',
	UNSUPPORTED_MEDIA_TYPE: ({ platform }) =>
		platform.isDescribedByUser
			? 'Let the sender set the Content-Type header to what is expected, or accept other formats with "Body Formats" under "Options".'
			: 'Let the sender set the Content-Type header to what is expected.',
	BODY_UNREADABLE: suggestBody,
	INVALID_JSON: suggestBody,
	INVALID_INPUT: (trigger) =>
		`Send the field as it is expected, or check ${listFieldsToCheck(trigger)}.${
			trigger.isEvent
				? ' To accept events in another form, add "Validate Events" under "Options" and turn it off.'
				: ''
		}`,
	VALUE_NOT_COMPARABLE: () =>
		'Choose another type of comparison in the rule under "Rules", or let the sender send the value as it is expected.',
	TOO_MANY_REPEATS: () => 'Wait until the first delivery is answered.',
};

/** Suggests to the trigger's owner what to change so that the next request is accepted. */
export const suggestFix = (code: RejectionCode, trigger: Trigger): string => FIXES[code](trigger);
