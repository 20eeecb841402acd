import type { INodeProperties } from 'n8n-workflow';

import type {
	AuthenticationMethod,
	AuthenticationRule,
} from '../../../core/platforms/authentication';
import {
	MANAGEMENT_KIND,
	PLATFORMS,
	SERVED_KINDS,
	listRequestKinds,
} from '../../../core/platforms';
import { buildNotice } from '../../shared/properties/notice';

import { AS_THE_PLATFORM } from '../webhook/triggerParameters';

const METHOD_NAMES: Record<AuthenticationMethod, string> = {
	urlToken: 'a URL token',
	bearer: 'a Bearer token',
	headerToken: 'a header token',
	basic: 'a user and password',
	signature: 'a signature',
	bodyToken: 'a token in the body',
};

/** Matches a choice of at least one method. */
const ANY_METHOD = { _cnd: { exists: true } } as const;

function describeRule({ methods, require }: AuthenticationRule): string {
	const names = methods.map((method) => METHOD_NAMES[method]);
	const last = names.pop();
	const unchecked = methods.includes('signature')
		? ''
		: ' Signatures are not checked; add "Signature" to check them.';
	return require === 'any'
		? `Callers must authenticate with one of the methods that are on in the credential: ${names.join(', ')} or ${last}.${unchecked}`
		: `Callers must authenticate with every method that is on in the credential: ${names.join(', ')} and ${last}.${unchecked}`;
}

/** Builds the notices that explain "As the Platform Asks" if it is more than the platform's signature. */
function buildRuleNotices(): INodeProperties[] {
	const groups = new Map<string, { text: string; kind: string; platforms: string[] }>();
	for (const platform of PLATFORMS) {
		for (const { authentication, id: kind } of listRequestKinds(platform)) {
			if (authentication.methods.length < 2) continue;
			const text = describeRule(authentication);
			const group = groups.get(kind + text) ?? { text, kind, platforms: [] };
			groups.set(kind + text, group);
			group.platforms.push(platform.id);
		}
	}
	return [...groups.values()].map(({ kind, platforms, text }) =>
		buildNotice('ruleNotice', text, {
			show: {
				platform: platforms,
				requestKind: [kind],
				authenticationMethods: [AS_THE_PLATFORM],
			},
		}),
	);
}

/** Notices shown below the Authentication field. */
export const authenticationNotices: INodeProperties[] = [
	...buildRuleNotices(),
	buildNotice(
		'openNotice',
		'Without authentication, anyone who knows the URL can start this workflow. Choose at least one method.',
		{ hide: { authenticationMethods: [ANY_METHOD], requestKind: SERVED_KINDS } },
	),
	buildNotice(
		'openManagementNotice',
		'The management API needs authentication: n8n does not publish this trigger without it. Choose "Bearer Token", or another method.',
		{ show: { requestKind: [MANAGEMENT_KIND] }, hide: { authenticationMethods: [ANY_METHOD] } },
	),
];

/** Notices shown below the Respond field. */
export const responseNotices: INodeProperties[] = [
	buildNotice(
		'responseNodeNotice',
		'Callers wait until an Agent Webhook node with the operation Webhook → Respond runs later in this workflow. If none runs, they get an empty 200.',
		{ show: { responseMode: ['responseNode'] } },
	),
	buildNotice(
		'lastNodeNotice',
		'Callers wait until the whole workflow has finished. Most of them time out after a few seconds and retry.',
		{ show: { responseMode: ['lastNode'] } },
	),
];
