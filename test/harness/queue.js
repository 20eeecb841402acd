/**
 * What n8n's queue mode needs beside n8n: a PostgreSQL and a Redis of this run's own, on loopback, with
 * their data below .n8n/queue. Both are the machine's programs, as Debian packages them.
 */
const { execFileSync, spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { anyPort } = require('./ports');
const { n8nInstalled, scratch } = require('./project');

const READY_WITHIN_MS = 60_000;
const USER = 'n8n';
const DEBIAN = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root: it then runs as the first of these users that there is. */
const UNPRIVILEGED = ['postgres', 'nobody'];

/** Where a program is, or `undefined`. Debian keeps PostgreSQL's out of the path, by version. */
function find(program) {
	const versions = fs.existsSync(DEBIAN)
		? fs.readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
		: [];
	return [
		...versions.map((version) => path.join(DEBIAN, version, 'bin')),
		...process.env.PATH.split(path.delimiter),
	]
		.map((folder) => path.join(folder, program))
		.find((file) => fs.existsSync(file));
}

/** What keeps queue mode from running on this machine, for people; `undefined` where nothing does. */
function whyNoQueue() {
	const missing = Object.entries({ 'redis-server': 'redis-server', initdb: 'postgresql' })
		.filter(([program]) => find(program) === undefined)
		.map(([, debianPackage]) => debianPackage);
	if (missing.length === 0) return undefined;
	return `not installed: ${missing.join(', ')} (apt-get install -y --no-install-recommends ${missing.join(' ')})`;
}

/** Whom PostgreSQL runs as. */
function databaseUser() {
	if (process.getuid() !== 0) return {};
	for (const name of UNPRIVILEGED) {
		const id = (flag) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }));
		try {
			return { uid: id('-u'), gid: id('-g') };
		} catch {
			// There is no such user.
		}
	}
	throw new Error(`PostgreSQL cannot run as root: make a user ${UNPRIVILEGED.join(' or ')}.`);
}

/** Whether a user can get at a folder: root's home, e.g., lets no other user through. */
function isOpenTo(folder, user) {
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
	for (const folderOf of folders) {
		const folder = folderOf();
		fs.rmSync(folder, { recursive: true, force: true });
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		if (user.uid !== undefined) fs.chownSync(folder, user.uid, user.gid);
		if (isOpenTo(folder, user)) return folder;
		fs.rmSync(folder, { recursive: true });
	}
	throw new Error(`No folder for ${name} is open to the user ${user.uid}.`);
}

/** Starts a server, and waits until it accepts connections. */
async function startServer(program, args, { folder, port, user = {} }) {
	const logFile = path.join(scratch, 'queue', `${program}.log`);
	const log = fs.openSync(logFile, 'w');
	const child = spawn(find(program), args, { cwd: folder, stdio: ['ignore', log, log], ...user });
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
	const user = databaseUser();
	const folder = makeDataFolder('postgres', user);
	const passwordFile = path.join(folder, 'password');
	fs.writeFileSync(passwordFile, password);
	if (user.uid !== undefined) fs.chownSync(passwordFile, user.uid, user.gid);
	const data = path.join(folder, 'data');
	const auth = ['-U', USER, '-A', 'scram-sha-256', '--pwfile', passwordFile];
	execFileSync(find('initdb'), ['-D', data, '-E', 'UTF8', '--locale', 'C', '-N', ...auth], {
		cwd: folder,
		stdio: 'pipe',
		...user,
	});
	// Not synced: what is tested is that processes die, and not that the machine does.
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
 * Starts both.
 * @returns `services`, plain data, says how to reach them; `stop` ends them and deletes their data
 */
async function startQueueServices() {
	fs.mkdirSync(path.join(scratch, 'queue'), { recursive: true });
	const password = randomBytes(16).toString('hex');
	const [postgresPort, redisPort] = [await anyPort(), await anyPort()];
	const postgres = await startPostgres(postgresPort, password);
	const redis = await startRedis(redisPort, password);
	return {
		services: { password, postgresPort, redisPort },
		stop: async () => {
			await redis.stop('SIGTERM');
			// Ends the connections that are open, too.
			await postgres.stop('SIGINT');
		},
	};
}

/** Asks PostgreSQL, with the driver that n8n brings. @returns the rows */
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

/** @returns the name of a database that no other n8n has */
async function createDatabase(services, name) {
	const database = `${name}_${randomBytes(4).toString('hex')}`;
	const until = Date.now() + READY_WITHIN_MS;
	for (;;) {
		try {
			await queryDatabase(services, 'postgres', `CREATE DATABASE "${database}"`);
			return database;
		} catch (error) {
			// It accepts connections a moment before it answers.
			if (error.code !== '57P03' || Date.now() > until) throw error;
			await pause(100);
		}
	}
}

/** The environment of an n8n's processes in queue mode. */
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
		// A worker that died is missed after seconds, and not after a minute and a half.
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
