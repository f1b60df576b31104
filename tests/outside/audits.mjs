// The audits of GraphQL over HTTP that the package graphql-http has, against the address and with the token given.
import { auditServer } from 'graphql-http';

const [url, token] = process.argv.slice(2);
const fetchFn = (address, given = {}) =>
  fetch(address, { ...given, headers: { ...given.headers, authorization: `Bearer ${token}` } });

const results = await auditServer({ url, fetchFn });
const failed = results.filter((one) => one.status !== 'ok');
for (const one of failed) console.log(`${one.status}: ${one.id} ${one.name}: ${one.reason}`);
console.log(`${results.length - failed.length} of ${results.length} audits are ok`);
process.exit(failed.length ? 1 : 0);
