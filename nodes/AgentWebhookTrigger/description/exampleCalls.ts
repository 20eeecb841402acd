import partition from 'lodash/partition';
import type { NodeHint } from 'n8n-workflow';

import { parseSigningFields } from '../../../core/credentials/signingFields';

import {
	EVENT_KIND,
	PLATFORMS,
	SERVED_KINDS,
	getPlatform,
	getRequestKind,
	listRequestKinds,
	type Platform,
	type RequestKind,
} from '../../../core/platforms';
import type { AuthenticationRule } from '../../../core/platforms/authentication';
import { buildExampleCall } from '../../../core/receiving/exampleCall';
import { buildCustomScheme } from '../../../core/signing/customScheme';
import { signatureFields } from '../../../credentials/signatureFields';
import { toExpression } from '../../shared/properties/expression';

interface Parameters {
	platform?: string;
	requestKind?: string;
	authenticationMethods?: string[];
}

/** The calls of an example: signed, with a token, or one of each for a person to choose from. */
type Call = 'signed' | 'token' | 'either';

/** The parameters that an example is for. */
interface Example {
	platform: string;
	/** Absent if the platform has only one kind. */
	kind?: string;
	/** The calls that "As the Platform Asks" asks for. */
	asked: Call;
	call: Call;
}

const isExampleFor = (parameters: Parameters, example: Example) => {
	const methods = parameters.authenticationMethods || [];
	const chosen = methods.includes('signature') ? 'signed' : 'token';
	const call = methods.includes('platform') && chosen === 'token' ? example.asked : chosen;
	return (
		parameters.platform === example.platform &&
		(example.kind === undefined || parameters.requestKind === example.kind) &&
		example.call === call
	);
};

/** Short, because each provider has one: what it asks for is checked. */
const isAsked = (p: Parameters, id: string) =>
	p.platform === id && /platform|signature/.test(String(p.authenticationMethods));

/** Returns whether one of the providers is chosen, and a token that it does not ask for. */
const isTokenOf = (p: Parameters, ids: string[]) =>
	ids.includes(p.platform || '') && !/platform|signature/.test(String(p.authenticationMethods));

const isSigned = ({ methods }: AuthenticationRule): boolean => methods.includes('signature');

const escape = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Writes a text of a platform, with its commands between backticks, as HTML. */
const toHtml = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** Explains how to have the platform send a test. */
const describePlatformTest = ({ name, setup }: Platform): string[] =>
	setup?.test === undefined
		? []
		: [`To have ${name} send it, enter the test URL there for now. ${toHtml(setup.test)}`];

/** The scheme that a credential has when a person chooses "Custom" in it. */
const CUSTOM_SCHEME = buildCustomScheme(
	parseSigningFields(
		Object.fromEntries(
			signatureFields('inbound', {}).map((field) => [field.name, field.default as string]),
		),
	).custom,
);

/** Returns whether a token in a header is enough; Basic credentials and a token in the body need other commands. */
const acceptsHeader = ({ headerToken }: Platform, { authentication }: RequestKind): boolean =>
	headerToken !== undefined || authentication.methods.length !== 1 || isSigned(authentication);

/** Explains how to send a request in the platform's place. */
function describeCall(platform: Platform, kind: RequestKind, signed: boolean): string[] {
	const { formBodies, headerToken, scheme } = platform;
	if (!signed && !acceptsHeader(platform, kind)) return [];
	const call = buildExampleCall(
		kind,
		signed ? (scheme ?? CUSTOM_SCHEME) : undefined,
		formBodies,
		headerToken,
	);
	if (call === undefined) return [];
	const token = headerToken === undefined ? 'Bearer token' : 'token';
	const way = signed && scheme === undefined ? ', signed as "Custom" in a new credential asks' : '';
	return [
		`To send it yourself${way}, copy these commands before you listen, fill in the test URL and your ${signed ? 'signing secret' : token}, and run them in a terminal:<br /><code>${call.map(escape).join('<br />')}</code>`,
	];
}

/** Explains how to try the trigger with a platform's request. */
function describeTest(platform: Platform, kind: RequestKind, call: Call): string | undefined {
	const ways = [
		...(kind.events ? describePlatformTest(platform) : []),
		...(call === 'token' ? [] : describeCall(platform, kind, true)),
		...(call === 'signed' ? [] : describeCall(platform, kind, false)),
	];
	if (ways.length === 0) return undefined;
	return [
		'<b>To try the trigger</b>, click the button on the left to listen, then send a request.',
		...ways,
	].join('<br /><br />');
}

/** Returns the calls by which a kind of request passes if the trigger checks what the platform asks. */
function getAskedCall({ scheme }: Platform, { authentication }: RequestKind): Call {
	if (!isSigned(authentication)) return 'token';
	return scheme === undefined ? 'either' : 'signed';
}

const buildHint = (message: string, displayCondition: NodeHint['displayCondition']): NodeHint => ({
	type: 'info',
	location: 'outputPane',
	whenToDisplay: 'beforeExecution',
	message,
	displayCondition,
});

/** Builds the hints for a kind of request: signed as the platform does, and with a token. */
function buildHints(platform: Platform, kind: RequestKind, isOnlyKind: boolean): NodeHint[] {
	const asked = getAskedCall(platform, kind);
	const calls = new Set<Call>(['signed', 'token', asked]);
	return [...calls].flatMap((call): NodeHint[] => {
		const message = describeTest(platform, kind, call);
		if (message === undefined) return [];
		const example: Example = {
			platform: platform.id,
			...(!isOnlyKind && { kind: kind.id }),
			asked,
			call,
		};
		return [buildHint(message, toExpression(isExampleFor, example))];
	});
}

/** Builds the hint for a provider's events, as it sends them. */
function buildProviderHints(platform: Platform): NodeHint[] {
	const kind = getRequestKind(platform, EVENT_KIND);
	const message = describeTest(platform, kind, getAskedCall(platform, kind));
	return message === undefined ? [] : [buildHint(message, toExpression(isAsked, platform.id))];
}

const [PROVIDERS, OTHERS] = partition(PLATFORMS, ({ section }) => section === 'provider');

/** Builds the hint for a call with a token that no provider asks for: one for all of them. */
function buildProviderTokenHint(): NodeHint {
	const custom = getPlatform('custom');
	const message = describeTest(custom, getRequestKind(custom, EVENT_KIND), 'token');
	const ids = PROVIDERS.map(({ id }) => id);
	return buildHint(String(message), toExpression(isTokenOf, ids));
}

/**
 * Examples of calls, shown before the first one: for each kind of request of an agent platform or an open scheme, as it
 * is sent, and for each provider. The editor evaluates all their conditions, so they are few and short.
 */
export const exampleCalls: NodeHint[] = [
	...OTHERS.flatMap((platform) => {
		const kinds = listRequestKinds(platform);
		return kinds
			.filter(({ id }) => !SERVED_KINDS.includes(id))
			.flatMap((kind) => buildHints(platform, kind, kinds.length === 1));
	}),
	...PROVIDERS.flatMap(buildProviderHints),
	buildProviderTokenHint(),
];
