# Several kernel loops on several Linux cores, which two CPUs cannot have.
. "$(dirname "$0")/lib.sh"
for loops in 2 4; do
    same "programs on $loops loops" 4-7 -l 0-3 --kernel-loops=$loops -- bash -c "$(all storm threads process_spawn)"
done
lwk -c 4-7 -l 0-3 --kernel-loops=4 -n 4 --report=report.json -- "$programs/forkthread" > /dev/null 2> errors
equal "four ranks on four loops" 0 $?
equal "no word of too few cores" "" "$(cat errors)"
loops=$(/usr/bin/python3 -c 'import json
loops = json.load(open("report.json"))["loops"]
print(len(loops), all(loop["requests"] > 10 for loop in loops))')
equal "each loop had work" "4 True" "$loops"
