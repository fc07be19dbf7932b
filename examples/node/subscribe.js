// Prints each event of a topic: its id, a tab, its JSON. Usage: node subscribe.js BROKERS TOPIC GROUP
import { decompress } from "fzstd";
import kafkajs from "kafkajs";

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
const [brokers, topic, groupId] = process.argv.slice(2);
// Dateline compresses with zstd unless told otherwise, which this client has to be taught.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({ decompress: async (bytes) => Buffer.from(decompress(bytes)) });

const kafka = new Kafka({ clientId: "example", brokers: brokers.split(","), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId, readUncommitted: false, rebalanceTimeout: 10_000 });
for (const stop of ["SIGINT", "SIGTERM"]) process.once(stop, () => consumer.disconnect());
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommitThreshold: 1, // after each event that is dealt with
  eachMessage: async ({ message }) => console.log(`${message.headers.ce_id}\t${message.value}`),
});
