// PostGraphile over the benchmark's schema, with its stock preset and the plugin for filters. It is told what the
// other peers are told; the password comes in PGPASSWORD.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const told = JSON.parse(process.env.BENCH_PEER);

const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [
    makePgService({
      schemas: [told.schema],
      poolConfig: { ...told.address, options: `-c app.trust=${told.trust}`, max: told.connections },
    }),
  ],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, port: told.port },
  grafast: { explain: false },
};

const server = createServer();
const serving = postgraphile(preset).createServ(grafserv);
await serving.addTo(server);
server.listen(told.port, "127.0.0.1");
