// Written by `npm run build`, from the files beside this one.
import { profile as agentPlatform } from './platforms/agentPlatform';
import { profile as agentflow } from './platforms/agentflow';
import { profile as agenticflow } from './platforms/agenticflow';
import { profile as uptiq } from './platforms/uptiq';
import { profile as workflux } from './platforms/workflux';
import { profile as custom } from './open/custom';
import { profile as standardWebhooks } from './open/standardWebhooks';
import { profile as convoyAdvanced } from './providers/convoyAdvanced';
import { profile as convoySimple } from './providers/convoySimple';
import { profile as discord } from './providers/discord';
import { profile as github } from './providers/github';
import { profile as hookdeck } from './providers/hookdeck';
import { profile as hubspot } from './providers/hubspot';
import { profile as linear } from './providers/linear';
import { profile as shopify } from './providers/shopify';
import { profile as slack } from './providers/slack';
import { profile as stripe } from './providers/stripe';
import { profile as svix } from './providers/svix';
import { profile as twilio } from './providers/twilio';
import { profile as zoom } from './providers/zoom';
import type { PlatformProfile } from './profile';

export const CATALOGUE: PlatformProfile[] = [
	agentPlatform,
	agentflow,
	agenticflow,
	uptiq,
	workflux,
	custom,
	standardWebhooks,
	convoyAdvanced,
	convoySimple,
	discord,
	github,
	hookdeck,
	hubspot,
	linear,
	shopify,
	slack,
	stripe,
	svix,
	twilio,
	zoom,
];
