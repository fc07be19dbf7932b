import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints each event of a topic: its id, a tab, its JSON. Usage: Subscribe BROKERS TOPIC GROUP */
public class Subscribe {
    public static void main(String[] arguments) throws Exception {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", arguments[0],
            "group.id", arguments[2],
            "isolation.level", "read_committed", // the default reads what was aborted as well
            "auto.offset.reset", "earliest",
            "enable.auto.commit", false);
        var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        var main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            consumer.wakeup();
            try { main.join(); } catch (InterruptedException ignored) { }
        }));
        try (consumer) {
            consumer.subscribe(List.of(arguments[1]));
            while (true) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    System.out.println(new String(record.headers().lastHeader("ce_id").value()) + "\t" + record.value());
                }
                consumer.commitSync(); // once they are dealt with
            }
        } catch (WakeupException stopped) {
            // SIGTERM
        }
    }
}
