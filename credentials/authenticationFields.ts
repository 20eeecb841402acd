import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

const BASIC: INodePropertyOptions = { name: 'Basic', value: 'basic' };
const BEARER: INodePropertyOptions = {
	name: 'Bearer Token',
	value: 'bearer',
	description: 'Sent in the Authorization header, after the word Bearer',
};
const HEADER_TOKEN: INodePropertyOptions = {
	name: 'Header Token',
	value: 'headerToken',
	description: 'Sent in a header that you name, e.g. X-API-Key',
};
const NONE: INodePropertyOptions = { name: 'None', value: 'none' };
const URL_TOKEN: INodePropertyOptions = {
	name: 'URL Token',
	value: 'urlToken',
	description: 'Sent as ?token=',
};

type Shown = NonNullable<INodeProperties['displayOptions']>['show'];

/** Builds the choice of an authentication, and the fields of each. */
function buildFields(
	choice: Pick<INodeProperties, 'displayName' | 'displayOptions' | 'name'>,
	options: INodePropertyOptions[],
	show: Shown = {},
): INodeProperties[] {
	const showFor = (...methods: string[]) => ({ show: { [choice.name]: methods, ...show } });
	return [
		{
			...choice,
			type: 'options',
			options,
			default: options.includes(NONE) ? NONE.value : BEARER.value,
			description: 'Authentication that the endpoint requires in addition to the signature',
		},
		...(options.includes(HEADER_TOKEN)
			? [
					{
						displayName: 'Header Name',
						name: 'headerName',
						type: 'string' as const,
						default: 'X-API-Key',
						placeholder: 'e.g. X-API-Key',
						displayOptions: showFor('headerToken'),
					},
				]
			: []),
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. wh_1234567890abcdef',
			description: 'Token that you got from the endpoint’s owner, without the word Bearer',
			displayOptions: showFor('bearer', 'headerToken', 'urlToken'),
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			placeholder: 'e.g. n8n',
			displayOptions: showFor('basic'),
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: showFor('basic'),
		},
	];
}

/**
 * Returns the fields for the authentication that an endpoint of the outbox requires in addition to the signature. A
 * token in another header is one of its custom headers.
 * @param name name of the field for the choice; n8n's editor hides a node's parameter named `authentication`
 */
export const endpointAuthenticationFields = (
	displayName: string,
	name: string,
): INodeProperties[] => buildFields({ displayName, name }, [BASIC, BEARER, NONE, URL_TOKEN]);

/** Returns the fields for the authentication of the Sending credential, shown only if it authenticates. */
export const credentialAuthenticationFields = (show: Shown): INodeProperties[] =>
	buildFields(
		{ displayName: 'Authentication', name: 'authentication', displayOptions: { show } },
		[BASIC, BEARER, HEADER_TOKEN, URL_TOKEN],
		show,
	);
