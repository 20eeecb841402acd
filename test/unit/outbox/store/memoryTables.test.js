const { testTablesContract } = require('../../../harness/tablesContract');
const { createStore } = require('../memoryTables');

describe('the tables in memory keep the contract of the Tables port', () => {
	testTablesContract(async () => createStore().connect());
});
