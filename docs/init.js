// The console of /docs/: Swagger UI on the document that this very host serves.
'use strict';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

function showScheme() {
    document.documentElement.classList.toggle('dark-mode', dark.matches);
}

showScheme();
dark.addEventListener('change', showScheme);

window.addEventListener('load', () => {
    window.SwaggerUIBundle({
        url: '/v1/openapi.json',
        dom_id: '#console',
        deepLinking: true,
        docExpansion: 'list',
        defaultModelExpandDepth: 2,
        defaultModelsExpandDepth: 0,
        displayRequestDuration: true,
        // The one of its themes for code that is clear and of enough contrast.
        syntaxHighlight: { theme: 'obsidian' },
        // Nothing leaves this host: no remote validator, no document named in the page's address.
        validatorUrl: null,
        queryConfigEnabled: false,
        // The API key stays in this page's memory, and is gone when the page is closed.
        persistAuthorization: false,
    });
});
