// Prints each event of a topic: its id, a tab, its JSON. Usage: subscribe BROKERS TOPIC GROUP
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(os.Args[1], ",")...),
		kgo.ConsumeTopics(os.Args[2]),
		kgo.ConsumerGroup(os.Args[3]),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), // the default reads what was aborted as well
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(), // others take over only between two polls, when all is committed
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseAllowingRebalance()
	for stopped.Err() == nil {
		fetches := client.PollFetches(stopped)
		fetches.EachError(func(_ string, _ int32, err error) {
			if stopped.Err() == nil { // a broker that is away, a right that is missing: the client tries again by itself
				log.Print(err)
			}
		})
		fetches.EachRecord(func(record *kgo.Record) {
			for _, header := range record.Headers {
				if header.Key == "ce_id" {
					fmt.Printf("%s\t%s\n", header.Value, record.Value)
				}
			}
		})
		// Once they are dealt with.
		if err := client.CommitUncommittedOffsets(context.Background()); err != nil {
			log.Print(err)
		}
		client.AllowRebalance()
	}
}
