// Starts the query editor. A token after "#token=" in the address is put into the headers editor: the part after
// "#" never leaves the browser, and it is removed from the address at once.
(function () {
  "use strict";
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (token) {
    window.history.replaceState(null, "", window.location.pathname);
  }
  const firstQuery = [
    "# Put a token into the headers below: { \"Authorization\": \"Bearer …\" }.",
    "# `caseledger token --role trust-lead` prints one.",
    "query ElevenCounts {",
    "  monitoring(from: \"2024-09-01\", to: \"2026-08-31\") {",
    "    position",
    "    cells { count value }",
    "  }",
    "}",
    "",
  ].join("\n");
  const fetcher = async function (request, options) {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: Object.assign(
        { "Content-Type": "application/json", Accept: "application/graphql-response+json" },
        options && options.headers
      ),
      body: JSON.stringify(request),
      credentials: "omit",
    });
    return response.json();
  };
  const properties = { fetcher: fetcher, defaultQuery: firstQuery, shouldPersistHeaders: false };
  if (token) {
    properties.headers = JSON.stringify({ Authorization: "Bearer " + token }, null, 2);
  }
  ReactDOM.createRoot(document.getElementById("graphiql")).render(React.createElement(GraphiQL, properties));
})();
