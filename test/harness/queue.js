/**
 * Services that n8n's queue mode needs: a PostgreSQL and a Redis for this run only, on loopback, with
 * their data below .n8n/queue. Both are the programs that Debian packages.
 */
const { execFileSync, spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { findAnyPort } = require('./ports');
const { n8nInstalled, scratch } = require('./project');

const READY_WITHIN_MS = 60_000;
const USER = 'n8n';
const DEBIAN = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root, so it then runs as the first of these users that exists. */
const UNPRIVILEGED = ['postgres', 'nobody'];

/**
 * Returns a program's path, or `undefined`. Debian keeps PostgreSQL's programs out of PATH, by version; POSTGRES_BIN
 * names the folder of another version.
 */
function findProgram(program) {
	const versions = fs.existsSync(DEBIAN)
		? fs.readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
		: [];
	return [
		...[process.env.POSTGRES_BIN].filter(Boolean),
		...versions.map((version) => path.join(DEBIAN, version, 'bin')),
		...process.env.PATH.split(path.delimiter),
	]
		.map((folder) => path.join(folder, program))
		.find((file) => fs.existsSync(file));
}

/** Returns why queue mode cannot run on this machine; `undefined` if it can. */
function whyNoQueue() {
	const missing = Object.entries({ 'redis-server': 'redis-server', initdb: 'postgresql' })
		.filter(([program]) => findProgram(program) === undefined)
		.map(([, debianPackage]) => debianPackage);
	if (missing.length === 0) return undefined;
	return `not installed: ${missing.join(', ')} (apt-get install -y --no-install-recommends ${missing.join(' ')})`;
}

/** Returns the user that PostgreSQL runs as; `{}` for the current user. */
function getDatabaseUser() {
	if (process.getuid() !== 0) return {};
	for (const name of UNPRIVILEGED) {
		const id = (flag) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }));
		try {
			return { uid: id('-u'), gid: id('-g') };
		} catch {
			// The user does not exist.
		}
	}
	throw new Error(
		`PostgreSQL cannot run as root. Create a user named ${UNPRIVILEGED.join(' or ')}.`,
	);
}

/** Returns whether a user can enter a folder; root's home, for example, keeps other users out. */
function isAccessibleTo(folder, user) {
	try {
		execFileSync('test', ['-w', folder], { ...user, stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

function makeDataFolder(name, user) {
	const folders = [
		() => path.join(scratch, 'queue', name),
		() => fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`)),
	];
	for (const getFolder of folders) {
		const folder = getFolder();
		fs.rmSync(folder, { recursive: true, force: true });
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		if (user.uid !== undefined) fs.chownSync(folder, user.uid, user.gid);
		if (isAccessibleTo(folder, user)) return folder;
		fs.rmSync(folder, { recursive: true });
	}
	throw new Error(`No folder for ${name} is open to the user ${user.uid}.`);
}

/** Starts a server and waits until it accepts connections. */
async function startServer(program, args, { folder, port, user = {} }) {
	const logFile = path.join(scratch, 'queue', `${program}.log`);
	const log = fs.openSync(logFile, 'w');
	const child = spawn(findProgram(program), args, {
		cwd: folder,
		stdio: ['ignore', log, log],
		...user,
	});
	fs.closeSync(log);
	let exited = false;
	const ended = new Promise((resolve) => {
		child.once('exit', () => {
			exited = true;
			resolve();
		});
	});
	const stop = async (signal) => {
		child.kill(signal);
		await ended;
		fs.rmSync(folder, { recursive: true, force: true });
	};
	const connects = async () =>
		await new Promise((resolve) => {
			const socket = net.connect(port, '127.0.0.1');
			socket.once('error', () => resolve(false));
			socket.once('connect', () => {
				socket.destroy();
				resolve(true);
			});
		});
	const until = Date.now() + READY_WITHIN_MS;
	while (!(await connects())) {
		if (exited || Date.now() > until) {
			await stop('SIGKILL');
			throw new Error(`${program} did not start:\n${fs.readFileSync(logFile, 'utf8')}`);
		}
		await pause(100);
	}
	return { stop };
}

async function startPostgres(port, password) {
	const user = getDatabaseUser();
	const folder = makeDataFolder('postgres', user);
	const passwordFile = path.join(folder, 'password');
	fs.writeFileSync(passwordFile, password);
	if (user.uid !== undefined) fs.chownSync(passwordFile, user.uid, user.gid);
	const data = path.join(folder, 'data');
	const auth = ['-U', USER, '-A', 'scram-sha-256', '--pwfile', passwordFile];
	execFileSync(findProgram('initdb'), ['-D', data, '-E', 'UTF8', '--locale', 'C', '-N', ...auth], {
		cwd: folder,
		stdio: 'pipe',
		...user,
	});
	// Not synced to disk: tests kill processes, not the machine.
	const settings = ['unix_socket_directories=', 'listen_addresses=127.0.0.1', 'fsync=off'];
	const args = ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])];
	return await startServer('postgres', args, { folder, port, user });
}

async function startRedis(port, password) {
	const folder = makeDataFolder('redis', {});
	const settings = {
		port: String(port),
		bind: '127.0.0.1',
		dir: folder,
		save: '',
		requirepass: password,
	};
	const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
	return await startServer('redis-server', args, { folder, port });
}

/**
 * Starts PostgreSQL and Redis.
 * @returns `services`, plain data with their ports and password, and `stop`, which also deletes their data
 */
async function startQueueServices() {
	fs.mkdirSync(path.join(scratch, 'queue'), { recursive: true });
	const password = randomBytes(16).toString('hex');
	const [postgresPort, redisPort] = [await findAnyPort(), await findAnyPort()];
	const postgres = await startPostgres(postgresPort, password);
	const redis = await startRedis(redisPort, password);
	return {
		services: { password, postgresPort, redisPort },
		stop: async () => {
			await redis.stop('SIGTERM');
			// Also closes open connections.
			await postgres.stop('SIGINT');
		},
	};
}

/** Runs a query on PostgreSQL with n8n's own driver. Returns the rows. */
async function queryDatabase({ password, postgresPort }, database, sql) {
	const { Client } = require(path.join(n8nInstalled, 'node_modules/pg'));
	const client = new Client({
		host: '127.0.0.1',
		port: postgresPort,
		user: USER,
		password,
		database,
	});
	await client.connect();
	try {
		return (await client.query(sql)).rows;
	} finally {
		await client.end();
	}
}

/** Creates an empty database. Returns its name, which no other n8n has. */
async function createDatabase(services, name) {
	const database = `${name}_${randomBytes(4).toString('hex')}`;
	const until = Date.now() + READY_WITHIN_MS;
	for (;;) {
		try {
			await queryDatabase(services, 'postgres', `CREATE DATABASE "${database}"`);
			return database;
		} catch (error) {
			// PostgreSQL accepts connections a moment before it answers queries.
			if (error.code !== '57P03' || Date.now() > until) throw error;
			await pause(100);
		}
	}
}

/** Returns the environment variables of n8n's processes in queue mode. */
function queueEnvironment({ password, postgresPort, redisPort }, database) {
	return {
		EXECUTIONS_MODE: 'queue',
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgresPort),
		DB_POSTGRESDB_USER: USER,
		DB_POSTGRESDB_PASSWORD: password,
		DB_POSTGRESDB_DATABASE: database,
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redisPort),
		QUEUE_BULL_REDIS_PASSWORD: password,
		// Several n8ns share one Redis.
		QUEUE_BULL_PREFIX: database,
		N8N_REDIS_KEY_PREFIX: database,
		// Detects a dead worker within seconds instead of a minute and a half.
		QUEUE_WORKER_LOCK_DURATION: '10000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
	};
}

module.exports = {
	createDatabase,
	queryDatabase,
	queueEnvironment,
	startQueueServices,
	whyNoQueue,
};
