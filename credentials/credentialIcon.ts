import type { Icon } from 'n8n-workflow';

/** The icon of all credentials. */
export const icon: Icon = {
	light: 'file:../nodes/AgentWebhook/agentWebhook.svg',
	dark: 'file:../nodes/AgentWebhook/agentWebhook.dark.svg',
};
