// Every exchange that the tests recorded (Headwater::Client), held against the API's description by
// the validators of Prism: an answer that the document does not know is a fault; so is a request
// that the service took, or looked into, and the document refuses; and a request that was refused
// for its form, though the document finds none at fault, unless no schema can say the rule. Run by
// `make check-contract`; writes TAP.
//
//     node judge.js DOCUMENT MODULES EXCHANGES       EXCHANGES is a folder
'use strict';

const fs = require('node:fs');

const [documentPath, modules, folder] = process.argv.slice(2);
const prism = `${modules}/@stoplight/prism-http/dist`;
const { getHttpOperationsFromSpec } = require(prism);
const { validateInput, validateOutput } = require(`${prism}/validator`);
const route = require(`${prism}/router`).default;

// Rules beyond JSON Schema: of each, the places and the code of the fault.
const BEYOND = {
    'the names of time zones are data': /^\/timezone timezone$/,
    'which host a URL names': /^\/webhookUrl url$/,
    'one handle in two pairs has one tier': /^\/pairs\/\d+\/accountTier conflict$/,
    'a query has no other parameters, and each once': /^\?.* (?:unknown|duplicate)$/,
    'Prism takes a parameter without a value for none': /^\?validateOnly boolean$/,
    'addresses differ in more than letter case': /^\/csvEmailRecipients\/(?:to|cc)\/\d+ unique$/,
};

// What the document refuses on paper only.
const ON_PAPER = {
    'white space around a name is not counted': /^body\.name .* 200 characters$/,
    'Prism knows integers up to 2^53 - 1': / must be <= 9007199254740991$/,
    'nobody looks at the Content-Type of an event': /^Supported content types: application\/json$/,
};

// Refusals that come before a request's form is judged, or at any time.
const BEFORE = new Set(['unauthorized', 'rate_limited', 'not_found', 'method_not_allowed',
    'bad_request', 'unsupported_media_type', 'body_too_large', 'invalid_idempotency_key',
    'invalid_json', 'invalid_signature', 'overloaded', 'outcome_unknown', 'internal_error']);

// The document leaves answers open, so that they may gain fields. Here none may come unannounced.
function close(node) {
    if (node === null || typeof node !== 'object') return;
    const isObject = [node.type].flat().includes('object');
    if (isObject && node.properties && node.additionalProperties === undefined)
        node.additionalProperties = false;
    for (const [name, value] of Object.entries(node)) if (!/^examples?$/.test(name)) close(value);
}

const faultsOf = (verdict) => verdict._tag === 'Left'
    ? verdict.left.map((fault) => `${(fault.path ?? []).join('.')} ${fault.message}`.trim()) : [];

function json(text) {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

function elementsOf(exchange) {
    const url = new URL(exchange.path, 'https://localhost');
    const query = {};
    for (const [name, value] of url.searchParams) query[name] = value;
    const lower = (headers) => Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return {
        input: { method: exchange.method.toLowerCase(), url: { path: url.pathname, query },
            headers: lower(exchange.request.headers), body: json(exchange.request.body ?? '') },
        output: { statusCode: exchange.status, headers: lower(exchange.response.headers),
            body: json(exchange.response.body) },
    };
}

const rulesMet = new Set();

function ruleFind(rules, text) {
    const name = Object.keys(rules).find((each) => rules[each].test(text));
    if (name) rulesMet.add(name);
    return name;
}

const isBeyond = (detail) =>
    ruleFind(BEYOND, `${detail.pointer ?? `?${detail.parameter}`} ${detail.code}`);

// Prism throws at a Content-Type that is none.
function requestFaults(operation, input) {
    try {
        return faultsOf(validateInput({ resource: operation, element: input }));
    } catch (error) {
        return [error.message];
    }
}

// What is wrong with one exchange, in sentences.
function judge(operation, { input, output }) {
    const faults = faultsOf(validateOutput({ resource: operation, element: output }))
        .map((fault) => `the answer: ${fault}`);
    const ofRequest = requestFaults(operation, input);
    const error = output.body?.error;
    if (ofRequest.length > 0 && !BEFORE.has(error?.code) && error?.code !== 'validation_failed')
        faults.push(...ofRequest.filter((fault) => !ruleFind(ON_PAPER, fault))
            .map((fault) => `taken, though: ${fault}`));
    if (ofRequest.length === 0 && error?.code === 'validation_failed')
        faults.push(...error.details.filter((detail) => !isBeyond(detail)).map((detail) =>
            `refused, though fine: ${detail.pointer ?? detail.parameter} ${detail.code}`));
    return faults;
}

function* exchangesRead() {
    for (const name of fs.readdirSync(folder).sort())
        for (const line of fs.readFileSync(`${folder}/${name}`, 'utf8').split('\n'))
            if (line !== '') yield JSON.parse(line);
}

const tests = [];
const test = (what, faults) => tests.push({ what, faults });

// The operation asked for; of a method that the path does not know, any of that path. HEAD has no
// body to judge.
function operationFind(operations, { input, output }) {
    if (input.method === 'head') return undefined;
    const methods = output.statusCode === 405 ? ['get', 'post'] : [input.method];
    for (const method of methods) {
        const found = route({ resources: operations, input: { ...input, method } });
        if (found._tag === 'Right') return found.right;
    }
    return undefined;
}

// The same fault in a hundred exchanges is told once, with the first place.
function faultsCollect(operations) {
    const seen = new Map();
    const answers = new Set();
    let judged = 0;
    let strange = 0;
    for (const exchange of exchangesRead()) {
        const elements = elementsOf(exchange);
        const operation = operationFind(operations, elements);
        if (!operation) {
            strange++;
            continue;
        }
        judged++;
        answers.add(`${operation.method} ${operation.path} ${exchange.status}`);
        for (const fault of judge(operation, elements)) {
            const what = `${exchange.method} ${exchange.path} ${exchange.status}: ${fault}`
                + ` in ${(exchange.request.body ?? '').slice(0, 300)}`;
            const told = `${exchange.method} ${fault}`;
            if (!seen.has(told)) seen.set(told, `${exchange.test}: ${what}`);
        }
    }
    return { judged, strange, answers, faults: [...seen.values()] };
}

// What the document tells of the streams' routes and no test has met.
function answersMissing(operations, answers) {
    const unmet = [];
    for (const operation of operations.filter(({ path }) => path.startsWith('/v1/str')))
        for (const { code } of operation.responses)
            if (!answers.has(`${operation.method} ${operation.path} ${code}`))
                unmet.push(`${operation.method} ${operation.path} ${code}`);
    return unmet;
}

async function main() {
    const document = JSON.parse(fs.readFileSync(documentPath, 'utf8'));
    close(document);
    const operations = await getHttpOperationsFromSpec(document);
    const { judged, strange, answers, faults } = faultsCollect(operations);
    console.log(`# ${judged} exchanges judged; ${strange} at no route of the document`);
    for (const unmet of answersMissing(operations, answers)) console.log(`# never met: ${unmet}`);
    test('many exchanges were recorded', judged >= 1000 ? [] : [`only ${judged}`]);
    test('the document knows every answer, and refuses what the service does', faults);
    test('every exception was needed',
        Object.keys({ ...BEYOND, ...ON_PAPER }).filter((name) => !rulesMet.has(name)));
    tests.forEach(({ what, faults: found }, index) => {
        console.log(`${found.length > 0 ? 'not ok' : 'ok'} ${index + 1} - ${what}`);
        for (const fault of found) console.log(`#   ${fault}`);
    });
    console.log(`1..${tests.length}`);
    process.exitCode = tests.some(({ faults: found }) => found.length > 0) ? 1 : 0;
}

main();
