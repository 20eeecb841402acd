/**
 * Reads everything that the Data Tables have of a tenant.
 * @param n8n as bootN8n returns it
 * @returns the rows by the table's name
 */
async function readTenantRows(n8n, tenantId) {
	const rows = {};
	for (const { id, name } of await n8n.query('SELECT id, name FROM data_table ORDER BY name')) {
		const all = await n8n.query(`SELECT * FROM "data_table_user_${id}" ORDER BY id`);
		rows[name] = all.filter((row) => row.tenant_id === tenantId);
	}
	return rows;
}

module.exports = { readTenantRows };
