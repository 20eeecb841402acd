import type { INodeProperties } from 'n8n-workflow';

/** The URLs that a workflow's owner lets subscribers register through an API. */
export const urlPermissionFields: INodeProperties[] = [
	{
		displayName: 'Allow Internal Addresses',
		name: 'allowInternal',
		type: 'boolean',
		default: false,
		description:
			'Whether subscribers may register URLs on localhost, with internal names such as erp.internal, or in private, link-local or reserved address ranges. Events are then sent to whatever listens there.',
	},
	{
		displayName: 'Allow Plain HTTP',
		name: 'allowHttp',
		type: 'boolean',
		default: false,
		description: 'Whether subscribers may register http:// URLs, which send events unencrypted',
	},
];
