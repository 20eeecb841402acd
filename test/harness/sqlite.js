const path = require('node:path');
const { DatabaseSync } = require('node:sqlite');

/** n8n locks its database for a moment while it writes, and while it recovers from a kill. */
const LOCKED_MS = 30_000;

/**
 * Opens the SQLite database of an n8n, also while it runs.
 * @param folder the folder that is N8N_USER_FOLDER
 */
function openSqlite(folder, options = {}) {
	const file = path.join(folder, '.n8n', 'database.sqlite');
	return new DatabaseSync(file, { timeout: LOCKED_MS, ...options });
}

/** Returns the rows that a statement finds in the SQLite database of an n8n. */
function querySqlite(folder, sql) {
	const database = openSqlite(folder);
	try {
		return database.prepare(sql).all();
	} finally {
		database.close();
	}
}

module.exports = { openSqlite, querySqlite };
