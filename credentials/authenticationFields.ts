import type { INodeProperties } from 'n8n-workflow';

/**
 * The fields that say what an endpoint asks for beside the signature: of the outbound credential, and of an
 * endpoint of the outbox.
 * @param name of the field that chooses; n8n's editor hides a node's parameter named `authentication`
 */
export function authenticationFields(displayName: string, name: string): INodeProperties[] {
	const shownFor = (...methods: string[]) => ({ show: { [name]: methods } });
	return [
		{
			displayName,
			name,
			type: 'options',
			options: [
				{ name: 'Basic', value: 'basic' },
				{ name: 'Bearer Token', value: 'bearer' },
				{ name: 'None', value: 'none' },
				{ name: 'URL Token', value: 'urlToken', description: 'Sent as ?token=' },
			],
			default: 'none',
			description: 'What the endpoint asks for beside the signature',
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description: 'As the endpoint’s owner gave it to you, without the word Bearer',
			displayOptions: shownFor('bearer', 'urlToken'),
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			placeholder: 'e.g. n8n',
			displayOptions: shownFor('basic'),
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: shownFor('basic'),
		},
	];
}
