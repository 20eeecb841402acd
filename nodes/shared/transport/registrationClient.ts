import { UserError, type IDataObject, type INodePropertyOptions } from 'n8n-workflow';

import { getPlatform } from '../../../core/platforms';
import {
	fillApplication,
	fillRegistrationBody,
	hasRegistrationBody,
	trimBaseUrl,
	type RegistrationApi,
	type RegistrationValues,
} from '../../../core/platforms/registrationApi';

import { isRecord, PlatformConnection, type Context } from './platformConnection';

/** More pages than any server has. */
const MAX_PAGES = 40;

/** The subject of error messages: each server has a name of its own. */
const SERVER = 'The server';

/** Registers the trigger's URL as an endpoint of a server, with the node's credential. */
export class RegistrationClient {
	private constructor(
		private readonly connection: PlatformConnection,
		private readonly api: RegistrationApi,
	) {}

	/** @throws UserError if the platform's servers have no such API, or the credential is for another platform */
	static async open(context: Context, platformId: string): Promise<RegistrationClient> {
		const platform = getPlatform(platformId);
		const { name, registration } = platform;
		if (registration === undefined) {
			throw new UserError(`${name} has no API for endpoints. Choose another platform.`);
		}
		const { advice, baseUrl = '', root } = registration;
		const connection = await PlatformConnection.open(context, platform, {
			name: SERVER,
			advice,
			readBaseUrl: (stored) => trimBaseUrl(stored || baseUrl, root),
		});
		return new RegistrationClient(connection, registration);
	}

	/** Finds an endpoint by its ID or `uid`. */
	async find(id: string): Promise<IDataObject | undefined> {
		return await this.connection.requestIfExists('GET', this.buildPath(id));
	}

	/**
	 * Creates an endpoint. If that fails, nothing of it stays at the server.
	 * @returns its ID
	 */
	async create(values: RegistrationValues): Promise<string> {
		const body = fillRegistrationBody(this.api.createBody, values) as IDataObject;
		const created = await this.connection.request('POST', this.buildPath(), body).catch(
			// The server may have created it, although its answer did not arrive.
			async (error: unknown) => {
				await this.deleteIfExists(values.uid).catch(() => undefined);
				throw error;
			},
		);
		const id = created[this.api.idField];
		return typeof id === 'string' ? id : values.uid;
	}

	/**
	 * Gives an existing endpoint other values: first the secret, so that a failure changes no URL.
	 * @returns its ID
	 */
	async update(endpoint: IDataObject, values: RegistrationValues): Promise<string> {
		const { idField, secret, update } = this.api;
		const path = this.buildPath(String(endpoint[idField] ?? values.uid));
		const current = await this.connection.request('GET', path + secret.path);
		const withoutPrefix = (text: unknown) => String(text).replace(secret.prefix, '');
		if (withoutPrefix(current[secret.field]) !== withoutPrefix(values.secret)) {
			const rotation = fillRegistrationBody(secret.rotateBody, values) as IDataObject;
			await this.connection.request('POST', path + secret.rotatePath, rotation);
		}
		const body = fillRegistrationBody(update.body, values) as IDataObject;
		if (!hasRegistrationBody(endpoint, body)) {
			await this.connection.request(update.method, path, body);
		}
		return String(endpoint[idField] ?? values.uid);
	}

	/** Deletes an endpoint by its ID or `uid`, if it exists. */
	async deleteIfExists(id: string): Promise<void> {
		await this.connection.requestIfExists('DELETE', this.buildPath(id));
	}

	/** Lists the server's event types as options. */
	async listEventTypes(): Promise<INodePropertyOptions[]> {
		const { descriptionField, doneField, field, iterator, nameField, path } = this.api.eventTypes;
		const options: INodePropertyOptions[] = [];
		let page = this.api.root + path;
		for (let pages = 0; pages < MAX_PAGES; pages += 1) {
			const reply = await this.connection.request('GET', page);
			const entries = Array.isArray(reply[field]) ? reply[field].filter(isRecord) : [];
			for (const entry of entries) {
				const name = String(entry[nameField]);
				options.push({ name, value: name, description: String(entry[descriptionField] ?? '') });
			}
			const next = reply[iterator];
			if (reply[doneField] === true || typeof next !== 'string') break;
			page = `${this.api.root}${path}&${iterator}=${encodeURIComponent(next)}`;
		}
		return options;
	}

	/** @throws UserError if the credential has no application */
	private buildPath(id?: string): string {
		const { applicationId } = this.connection;
		if (applicationId === '') {
			throw new UserError(
				'"Application ID" in the credential is empty. Enter the ID of the application or tenant that the API key is for.',
			);
		}
		const list = this.api.root + fillApplication(this.api.endpoints, applicationId);
		return id === undefined ? list : `${list}/${encodeURIComponent(id)}`;
	}
}
