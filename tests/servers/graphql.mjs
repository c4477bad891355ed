// A GraphQL server of node's graphql-ws: a subscription that counts down, and
// a query. Prints its port; ends when its input does.

import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { useServer } from 'graphql-ws/lib/use/ws';
import graphql from 'graphql';

const { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } = graphql;

async function* countdown(_, { from }) {
	for (let i = from; i > 0; i--)
		yield { countdown: i };
}

const schema = new GraphQLSchema({
	query: new GraphQLObjectType({
		name: 'Query',
		fields: { hello: { type: GraphQLString, resolve: () => 'world' } },
	}),
	subscription: new GraphQLObjectType({
		name: 'Subscription',
		fields: {
			countdown: {
				type: GraphQLInt,
				args: { from: { type: GraphQLInt } },
				subscribe: countdown,
			},
		},
	}),
});

const server = createServer((_, response) => response.writeHead(426).end());
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
