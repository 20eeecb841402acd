import type { INodeProperties } from 'n8n-workflow';

import { API_KIND } from '../../../core/platforms';

/** The page on which subscribers look after their endpoints. */
export const portalOption: INodeProperties = {
	displayName: 'Portal',
	name: 'portal',
	type: 'fixedCollection',
	displayOptions: { show: { '/requestKind': [API_KIND] } },
	placeholder: 'Add settings',
	default: {},
	description:
		'A page on which subscribers look after their endpoints. Tenant → Create Portal Link creates links to it. Turn on n8n’s egress protection before you let subscribers add endpoints: without it, events can be sent into your network.',
	options: [
		{
			displayName: 'Settings',
			name: 'settings',
			values: [
				{
					displayName: 'Accent Color',
					name: 'accentColor',
					type: 'color',
					default: '#1d4ed8',
					description: 'The color of the most important buttons',
				},
				{
					displayName: 'Accent Text Color',
					name: 'accentTextColor',
					type: 'color',
					default: '#ffffff',
					description: 'The color of the text on these buttons',
				},
				{
					displayName: 'Frame Ancestors',
					name: 'frameAncestors',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://app.example.com',
					description:
						'Comma-separated origins whose pages may show the portal in a frame. Leave empty for none.',
				},
				{
					displayName: 'Language',
					name: 'language',
					type: 'string',
					default: 'en',
					placeholder: 'e.g. de',
					description: 'Code of the language of the texts, for screen readers',
				},
				{
					displayName: 'Logo',
					name: 'logo',
					type: 'string',
					default: '',
					placeholder: 'e.g. data:image/png;base64,iVBORw0…',
					description: 'An image as a data: URL of at most 64 KB. The page loads nothing.',
				},
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. Acme',
					description: 'The name at the top of the page',
				},
				{
					displayName: 'Refresh URL',
					name: 'refreshUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://app.example.com/webhooks',
					description: 'Where subscribers get a new link when theirs has ended',
				},
				{
					displayName: 'Texts',
					name: 'texts',
					type: 'json',
					default: '{}',
					description:
						'Texts in another language, or of your own, by key. The page about the portal in the documentation links to the keys.',
				},
			],
		},
	],
};
