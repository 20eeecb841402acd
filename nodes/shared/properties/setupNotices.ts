import groupBy from 'lodash/groupBy';
import type { INodeProperties } from 'n8n-workflow';

import {
	API_KIND,
	EVENT_KIND,
	PLATFORMS,
	describeCredentialStep,
	listRequestKinds,
	type Platform,
	type PlatformSetup,
} from '../../../core/platforms';
import { SIGNED } from '../../../core/platforms/authentication';

import { buildNotice } from './notice';

const GIVE_URL = 'Give callers the production URL.';

/** Writes the way to a platform's webhook settings. */
function describeWay({ menu, page }: PlatformSetup): string {
	if (menu === undefined) return GIVE_URL;
	const way = page === undefined ? menu : `<a href="${page}" target="_blank">${menu}</a>`;
	return `Open ${way} and enter the production URL there.`;
}

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** Shows a notice for what the platform sends, and not for requests that others send in its format. */
const showForEvents = (platform: Platform): Shown => ({
	platform: [platform.id],
	...(platform.section === 'platform' &&
		listRequestKinds(platform).length > 1 && { requestKind: [EVENT_KIND] }),
});

/** The choices of the trigger's Authentication by which it checks the secret that a platform's events have. */
const listSecretMethods = ({ events }: Platform): string[] => {
	const { methods } = events?.authentication ?? SIGNED;
	return ['platform', ...(methods.includes('signature') ? ['signature'] : methods)];
};

/** A platform with the steps to receive its events. */
type SetUpPlatform = Platform & Required<Pick<Platform, 'setup'>>;

const SET_UP = PLATFORMS.filter(
	(platform): platform is SetUpPlatform => platform.setup !== undefined,
);

/** Says what to do at a platform before its events arrive: one notice, since n8n reads each one at a request. */
const buildSetupNotice = (platform: SetUpPlatform): INodeProperties => {
	const { setup } = platform;
	const texts = [describeWay(setup), describeCredentialStep(platform), setup.also].filter(Boolean);
	const text = texts.join(' ').replace(/`([^`]+)`/g, '<code>$1</code>');
	return buildNotice('setupNotice', text, {
		show: { ...showForEvents(platform), authenticationMethods: listSecretMethods(platform) },
	});
};

/** Says what to do if no secret of the platform counts. */
const describeOpenWay = ({ setup }: SetUpPlatform): string =>
	setup.menu === undefined
		? GIVE_URL
		: 'Enter the production URL in the platform’s webhook settings.';

/** Builds the notices for when no secret of the platform counts: one for all platforms that are alike. */
const buildOpenSetupNotices = (): INodeProperties[] => {
	const groups = groupBy(SET_UP, (platform) =>
		JSON.stringify([
			describeOpenWay(platform),
			showForEvents(platform).requestKind,
			listSecretMethods(platform),
		]),
	);
	return Object.values(groups).map(([first, ...others]) =>
		buildNotice('setupNotice', describeOpenWay(first), {
			show: { ...showForEvents(first), platform: [first, ...others].map(({ id }) => id) },
			hide: { authenticationMethods: listSecretMethods(first) },
		}),
	);
};

const SIGNED_METHODS = { authenticationMethods: ['platform', 'signature'] };

/** Says what to do for signed requests that others send in a platform's format, with a secret of their own. */
const buildCallerNotices = (platform: SetUpPlatform): INodeProperties[] => {
	if (showForEvents(platform).requestKind === undefined) return [];
	const kinds = listRequestKinds(platform).filter(
		({ authentication, request }) => request && authentication.methods.includes('signature'),
	);
	const show = { platform: [platform.id], requestKind: kinds.map(({ id }) => id) };
	return kinds.length === 0
		? []
		: [
				buildNotice(
					'setupNotice',
					`${GIVE_URL} In the credential, enter the signing secret that you share with them.`,
					{ show: { ...show, ...SIGNED_METHODS } },
				),
				buildNotice('setupNotice', GIVE_URL, { show, hide: SIGNED_METHODS }),
			];
};

const WITH_API = PLATFORMS.flatMap(({ api, id }) => (api === undefined ? [] : [id]));

/** Hides a notice for the API, whose callers are no platform. */
function hideForApi(notice: INodeProperties): INodeProperties {
	const { hide, show } = notice.displayOptions ?? {};
	const isShown = WITH_API.some((id) => show?.platform?.includes(id));
	return isShown
		? { ...notice, displayOptions: { show, hide: { ...hide, requestKind: [API_KIND] } } }
		: notice;
}

/** Notices that say what to do at the chosen platform before its events arrive. */
export const setupNotices: INodeProperties[] = [
	...SET_UP.map(buildSetupNotice),
	...buildOpenSetupNotices(),
	...SET_UP.flatMap(buildCallerNotices),
].map(hideForApi);

const SETUP_DOCS =
	'https://github.com/n8n-nodes-agent-webhooks/n8n-nodes-agent-webhooks/blob/main/docs/platforms.md#set-up-a-provider';

/** Says where the platforms show the secret that belongs in the credential. */
export const secretNotice: INodeProperties = buildNotice(
	'signingSecretNotice',
	`The credential needs the platform’s signing secret: see <a href="${SETUP_DOCS}" target="_blank">where each platform shows it</a>.`,
);
